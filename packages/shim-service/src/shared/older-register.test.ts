import { REGISTER_FORMAT, readRegister } from '@shimwright/shim-host';
import { expect, test } from 'vitest';
import { inFormatOfToday } from './older-register.ts';
import type { RegisteredProcess } from './registered-process.ts';

// As the first version wrote it, of a container with one further process.
const FIRST = `{"shim":{"path":"/run/b/one","workDir":"/run/w/one","namespace":"test","criu":"","runtimeRoot":"/run/rr","systemdCgroup":false,"address":"unix:///run/s/one","daemonAddress":"/run/m","token":"t","publisher":"","spool":"/run/m.events","server":{"pid":7,"startTime":"1"}}}
{"process":{"id":"one","stdio":{"stdin":"","stdout":"/o","stderr":"","terminal":false},"isStdinClosed":false,"pid":41,"container":{"bundle":"/run/b/one","rootfs":"/run/b/one/rootfs","runtime":"crun"},"startTime":"11"}}
{"process":{"id":"two","stdio":{"stdin":"","stdout":"","stderr":"","terminal":false},"isStdinClosed":true,"pid":42,"exec":{"spec":{"args":["true"]},"isStarted":true},"startTime":"12"}}
`;

const read = (content: string) => {
  const bundle = readRegister(content, (process) => process as RegisteredProcess);
  return inFormatOfToday(bundle ?? expect.fail('no register'));
};

test('a register of the first version is read in the terms of today', () => {
  const { format, by, processes } = read(FIRST);
  expect({ format, by }).toEqual({ format: 1, by: '' });
  expect(processes).toMatchObject([
    {
      ...{ containerId: 'one', execId: '', pid: 41, startTime: '11', stdio: { stdout: '/o' } },
      container: {
        rootfs: '/run/b/one/rootfs',
        runtime: { command: 'crun', root: '/run/rr/test', systemdCgroup: false, criu: '' },
      },
    },
    { containerId: 'one', execId: 'two', pid: 42, exec: { spec: '{"args":["true"]}', isStarted: true } },
  ]);
});

test('a register of today is read as it stands', () => {
  const process = { id: 'two', containerId: 'one', execId: 'two', pid: 42, startTime: '12' };
  const content = `{"format":${REGISTER_FORMAT},"by":"x 1.0.0"}\n${FIRST.split('\n')[0]}\n${JSON.stringify({ process })}\n`;
  expect(read(content)).toMatchObject({ format: REGISTER_FORMAT, by: 'x 1.0.0', processes: [process] });
});
