import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { socketPair } from '../../../tools/testing/socket-pair.ts';
import { peekMessage, receiveMessage, sendMessage } from '../src/message.ts';
import { descriptorFlags, O_CLOEXEC } from './descriptor-flags.ts';

/** Both ends of a connection; what is still open of it is closed with the test. */
function connection() {
  const [here, there] = socketPair();
  const open = new Set([here, there]);
  const close = (fd: number) => {
    if (open.delete(fd)) closeSync(fd);
  };
  onTestFinished(() => open.forEach(close));
  return { here, there, close };
}

const openDescriptors = () => readdirSync('/proc/self/fd').length;

describe('a message', () => {
  needs('linux');

  test('brings bytes and descriptors, which are kept from children', () => {
    const { here, there } = connection();
    const [zero, host] = [openSync('/dev/zero', 'r'), openSync('/etc/hostname', 'r')];
    expect(sendMessage(here, { data: Buffer.from('two of them'), descriptors: [zero, host] })).toBe(11);
    closeSync(zero);
    closeSync(host);

    const message = receiveMessage(there);
    onTestFinished(() => message?.descriptors.forEach((fd) => void closeSync(fd)));
    expect(message).toMatchObject({ data: Buffer.from('two of them'), isCut: false });
    expect(message?.descriptors.map((fd) => readlinkSync(`/proc/self/fd/${fd}`))).toEqual([
      '/dev/zero',
      '/etc/hostname',
    ]);
    expect(message?.descriptors.every((fd) => (descriptorFlags(fd) & O_CLOEXEC) !== 0)).toBe(true);
    expect(readSync(message?.descriptors[0] ?? -1, Buffer.alloc(9))).toBe(9);
  });

  test('that is only looked at stays, with its descriptors', () => {
    const { here, there, close } = connection();
    expect(peekMessage(there)).toBeUndefined();
    const zero = openSync('/dev/zero', 'r');
    sendMessage(here, { data: Buffer.from('stays'), descriptors: [zero] });
    closeSync(zero);
    const seen = peekMessage(there);
    expect(peekMessage(there, 2)?.data.toString()).toBe('st');
    const taken = receiveMessage(there);
    for (const message of [seen, taken]) {
      expect(message?.data.toString()).toBe('stays');
      const [fd = -1, ...others] = message?.descriptors ?? [];
      expect([readlinkSync(`/proc/self/fd/${fd}`), others]).toEqual(['/dev/zero', []]);
      closeSync(fd);
    }
    expect(peekMessage(there)).toBeUndefined();
    close(here);
    expect(peekMessage(there)?.data).toHaveLength(0);
  });

  test('is awaited without waiting, and its end is no bytes', () => {
    const { here, there, close } = connection();
    expect(receiveMessage(there)).toBeUndefined();
    sendMessage(here, { data: Buffer.from('last') });
    close(here);
    expect(receiveMessage(there)?.data.toString()).toBe('last');
    expect(receiveMessage(there)).toEqual({ data: Buffer.alloc(0), descriptors: [], isCut: false });
  });

  test('that is longer than what is read comes in parts, its descriptors with the first', () => {
    const { here, there } = connection();
    sendMessage(here, { data: Buffer.from('0123456789'), descriptors: [here] });
    const first = receiveMessage(there, 4);
    first?.descriptors.forEach((fd) => void closeSync(fd));
    expect(first?.data.toString()).toBe('0123');
    expect(first?.descriptors).toHaveLength(1);
    expect(receiveMessage(there)).toMatchObject({ data: Buffer.from('456789'), descriptors: [] });
  });

  test('is not sent while the peer has not read those before it, and then whole', () => {
    const { here, there } = connection();
    const data = Buffer.alloc(65536, 'x');
    let sent = 0;
    for (let bytes = sendMessage(here, { data }); bytes !== undefined; bytes = sendMessage(here, { data })) {
      sent += bytes;
    }
    let received = 0;
    for (let message = receiveMessage(there); message; message = receiveMessage(there)) {
      received += message.data.length;
    }
    expect(received).toBe(sent);
    expect(sendMessage(here, { data })).toBeGreaterThan(0);
  });

  test('can bring as many descriptors as may be sent, and not one more', () => {
    const { here, there } = connection();
    const before = openDescriptors();
    const zero = openSync('/dev/zero', 'r');
    const send = (count: number) =>
      sendMessage(here, { data: Buffer.from('.'), descriptors: Array(count).fill(zero) });
    send(252);
    expect(() => send(253)).toThrow(expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }));
    closeSync(zero);
    const message = receiveMessage(there);
    expect(message?.descriptors).toHaveLength(252);
    message?.descriptors.forEach((fd) => void closeSync(fd));
    expect(openDescriptors()).toBe(before);
  });

  test('to a peer that has closed is an error, and no signal', () => {
    const { here, there, close } = connection();
    close(there);
    expect(() => sendMessage(here, { data: Buffer.from('.') })).toThrow(
      expect.objectContaining({ code: 'EPIPE', syscall: 'sendmsg' }),
    );
  });

  test('cannot have descriptors without a byte, or one that is not open', () => {
    const { here, there } = connection();
    const data = Buffer.from('.');
    expect(() => sendMessage(here, { data: Buffer.alloc(0), descriptors: [here] })).toThrow(
      expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }),
    );
    expect(() => sendMessage(here, { data, descriptors: [9999] })).toThrow(
      expect.objectContaining({ code: 'EBADF' }),
    );
    expect(() => sendMessage(here, { data: Buffer.alloc(65537) })).toThrow(
      expect.objectContaining({ code: 'ERR_NATIVE_ARGUMENT' }),
    );
    expect(receiveMessage(there)).toBeUndefined();
  });

  test('is what Python sends and receives, too', () => {
    const { here, there } = connection();
    const script = [
      'import array, os, socket',
      's = socket.socket(fileno=3)',
      'data, rights, _, _ = s.recvmsg(100, 100)',
      'fd = array.array("i", rights[0][2])[0]',
      'assert os.readlink(f"/proc/self/fd/{fd}") == "/dev/zero", fd',
      'out = os.open("/dev/null", os.O_RDONLY)',
      's.sendmsg([data[::-1]], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [out]))])',
    ].join('\n');
    const zero = openSync('/dev/zero', 'r');
    sendMessage(here, { data: Buffer.from('abc'), descriptors: [zero] });
    closeSync(zero);
    execFileSync('python3', ['-c', script], { stdio: ['ignore', 'ignore', 'inherit', there] });
    const answer = receiveMessage(here);
    answer?.descriptors.forEach((fd) => {
      expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe('/dev/null');
      closeSync(fd);
    });
    expect(answer?.data.toString()).toBe('cba');
    expect(answer?.descriptors).toHaveLength(1);
  });
});
