// Loaded before a program: the kernel does not tell how a process ended that is no child of who asks, as before Linux 6.15.
const { Module } = require('node:module');
const { constants } = require('node:os');

const PIDFD_GET_INFO = 0xc040ff0b;

const load = Module._load;
Module._load = function (request, ...rest) {
  const loaded = load.call(this, request, ...rest);
  return /koffi/.test(request) && loaded?.load ? withoutInfo(loaded) : loaded;
};

function withoutInfo(koffi) {
  const own = Object.create(koffi);
  own.load = (...args) => {
    const library = koffi.load(...args);
    const func = (prototype, ...more) => {
      const call = library.func(prototype, ...more);
      if (!/\bioctl\(/.test(prototype)) return call;
      return (fd, request, argument) => {
        if (request !== PIDFD_GET_INFO) return call(fd, request, argument);
        koffi.errno(constants.errno.ENOTTY);
        return -1;
      };
    };
    return { func };
  };
  return own;
}
