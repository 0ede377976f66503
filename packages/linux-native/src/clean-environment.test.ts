import { expect, test } from 'vitest';
import { cleanEnvironment } from './clean-environment.ts';

test('a shim has of an environment what it needs, and none of what its starter keeps to itself', () => {
  const passed = {
    ...{ PATH: '/bin', HOME: '/root', USER: 'root', LOGNAME: 'root', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' },
    ...{ LANGUAGE: 'de', XDG_RUNTIME_DIR: '/run/user/0', TMPDIR: '/tmp' },
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/0/bus',
  };
  const kept = {
    ...{ NODE_OPTIONS: '--require x', NODE_ENV: 'test', NODE_EXTRA_CA_CERTS: '/x', NODE_V8_COVERAGE: '/y' },
    ...{ AWS_SECRET_ACCESS_KEY: 's', LD_PRELOAD: '/x.so', LISTEN_FDS: '1', NOTIFY_SOCKET: '/n', PS1: '$' },
    ...{ UV_THREADPOOL_SIZE: '1', GODEBUG: 'x', LISTEN_PID: '1', undefined: undefined },
  };
  expect(cleanEnvironment({ ...kept, ...passed })).toEqual(passed);
});

test('a directory for temporary files that is gone is not named', () => {
  expect(cleanEnvironment({ TMPDIR: '/no/such/directory' })).toEqual({});
});
