// Criu as a runtime starts it, `criu swrk FD`: requests and responses are packets of a socket at that descriptor,
// messages of criu's rpc.proto. It knows its version (3.17.1), and fails at all else.
import { appendFileSync, readSync, writeFileSync, writeSync } from 'node:fs';

const [, , askedFile, command, descriptor] = process.argv;
if (command !== 'swrk') throw new Error(`not spoken: criu ${command}`);
const fd = Number(descriptor);
const KINDS = { 1: 'DUMP', 2: 'RESTORE', 4: 'PRE_DUMP', 9: 'FEATURE_CHECK', 10: 'VERSION' };
const VERSION = 10;
const ESRCH = 3;

const packet = Buffer.alloc(65_536);
for (let size = readSync(fd, packet); size > 0; size = readSync(fd, packet)) {
  const request = fields(packet.subarray(0, size));
  const type = request.get(1);
  appendFileSync(askedFile, `${KINDS[type] ?? type}\n`);
  if (type === VERSION) {
    // type, success, version { major, minor, sublevel }
    writeSync(fd, Buffer.from([0x08, type, 0x10, 1, 0x52, 6, 0x08, 3, 0x10, 17, 0x20, 1]));
  } else {
    writeLog(fields(request.get(2) ?? Buffer.alloc(0)));
    // type, success, cr_errno
    writeSync(fd, Buffer.from([0x08, type, 0x10, 0, 0x38, ESRCH]));
  }
}

/** The log is a file in a directory that the peer has open: its work directory, or else that of the images. */
function writeLog(options) {
  const directory = options.get(17) ?? options.get(1);
  const name = options.get(10)?.toString() ?? 'dump.log';
  writeFileSync(`/proc/${process.ppid}/fd/${directory}/${name}`, 'stand-in: nothing is dumped here\n');
}

/** The fields of a message by number: numbers as such, all else as its bytes. */
function fields(bytes) {
  const found = new Map();
  for (let at = 0; at < bytes.length; ) {
    const key = varint();
    const wireType = key & 7;
    if (wireType === 0) found.set(key >> 3, varint());
    else if (wireType === 2) {
      const length = varint();
      found.set(key >> 3, bytes.subarray(at, at + length));
      at += length;
    } else throw new Error(`a field of type ${wireType}`);

    function varint() {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++];
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) return value;
      }
    }
  }
  return found;
}
