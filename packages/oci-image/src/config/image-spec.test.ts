import { describe, expect, test } from 'vitest';
import { tempDir } from '../../../../tools/testing/temp-dir.ts';
import { parseConfig } from './image-config.ts';
import { type ImageSpecOptions, imageSpec } from './image-spec.ts';

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const configOf = (config: object, more: object = {}) =>
  parseConfig(JSON.stringify({ os: 'linux', architecture: 'arm', variant: 'v7', config, ...more }), 'it');

const specOf = async (config: object, options?: ImageSpecOptions) =>
  imageSpec('it', configOf(config), await tempDir({ etc: { passwd: 'web:x:101:102::/:' } }), options);

describe('the command', () => {
  const both = { Entrypoint: ['entry', '--flag'], Cmd: ['cmd'] };
  test.each<[string, object, ImageSpecOptions, string[]]>([
    ['is the entry point and the command', both, {}, ['entry', '--flag', 'cmd']],
    ['has other arguments', both, { args: ['mine'] }, ['entry', '--flag', 'mine']],
    ['has no arguments', both, { args: [] }, ['entry', '--flag']],
    ['has another entry point, without the command', both, { entrypoint: ['mine'] }, ['mine']],
    ['has both', both, { entrypoint: ['mine'], args: ['a'] }, ['mine', 'a']],
    ['has no entry point', both, { entrypoint: [], args: ['a'] }, ['a']],
    ['is the command alone', { Cmd: ['cmd'], Entrypoint: null }, {}, ['cmd']],
  ])('%s', async (_, config, options, args) => {
    expect((await specOf(config, options)).process.args).toEqual(args);
  });

  test.each<[object, ImageSpecOptions]>([
    [{}, {}],
    [{ Cmd: [] }, {}],
    [{ Cmd: [''] }, {}],
    [{ Cmd: ['a'] }, { args: [] }],
    [{ Entrypoint: ['a'] }, { entrypoint: [] }],
  ])('must be there: %j, %j', async (config, options) => {
    await expect(specOf(config, options)).rejects.toMatchObject({ code: 'ERR_IMAGE_CONFIG', image: 'it' });
  });
});

describe('the environment', () => {
  const env = async (own?: string[]) =>
    (await specOf({ Cmd: ['a'], Env: ['A=1', 'B=2', 'A=3', 'bad', '=x'] }, own ? { env: own } : {})).process
      .env;

  test('is the image’s, the last of a name, with a usual PATH', async () => {
    expect(await env()).toEqual([PATH, 'A=3', 'B=2']);
  });

  test('can be added to, replaced and taken away', async () => {
    expect(await env(['B=4', 'C=', 'A', 'PATH=/bin', 'D=a=b'])).toEqual(['PATH=/bin', 'B=4', 'C=', 'D=a=b']);
  });
});

test.each([
  ['', undefined, '/'],
  ['/srv/app', undefined, '/srv/app'],
  ['srv', undefined, '/srv'],
  ['/srv', 'app', '/srv/app'],
  ['/srv', '../app/./x//', '/app/x'],
  ['/srv', '/', '/'],
  ['../../..', undefined, '/'],
])('in the directory %j, %j is %j', async (WorkingDir, workdir, cwd) => {
  const options = workdir === undefined ? {} : { workdir };
  expect((await specOf({ Cmd: ['a'], WorkingDir }, options)).process.cwd).toBe(cwd);
});

test('the user is looked up, and can be another', async () => {
  expect((await specOf({ Cmd: ['a'], User: 'web' })).process.user).toEqual({ uid: 101, gid: 102 });
  expect((await specOf({ Cmd: ['a'], User: 'web' }, { user: '5' })).process.user).toEqual({ uid: 5, gid: 0 });
  await expect(specOf({ Cmd: ['a'], User: 'nobody' })).rejects.toMatchObject({ code: 'ERR_IMAGE_USER' });
});

test('the rest is as the image says', async () => {
  const config = {
    ...{ Cmd: ['a'], Volumes: { '/data': {}, 'cache/x': {} }, ExposedPorts: { '80/tcp': {}, '53/udp': {} } },
    ...{ StopSignal: 'SIGQUIT', Labels: { team: 'a', 'org.opencontainers.image.os': 'mine' } },
  };
  const spec = await imageSpec('it', configOf(config, { created: '2026-01-01T00:00:00Z' }), await tempDir());
  expect(spec).toMatchObject({
    volumes: ['/data', '/cache/x'],
    exposedPorts: ['80/tcp', '53/udp'],
    stopSignal: 'SIGQUIT',
    annotations: {
      'org.opencontainers.image.os': 'mine',
      'org.opencontainers.image.architecture': 'arm',
      'org.opencontainers.image.variant': 'v7',
      'org.opencontainers.image.created': '2026-01-01T00:00:00Z',
      'org.opencontainers.image.exposedPorts': '80/tcp,53/udp',
      'org.opencontainers.image.stopSignal': 'SIGQUIT',
      team: 'a',
    },
  });
  expect((await specOf({ Cmd: ['a'] })).stopSignal).toBe('SIGTERM');
});

describe('a config', () => {
  test.each([
    ...[
      '',
      'null',
      '[]',
      '7',
      '{}',
      '{"os":"linux"}',
      '{"os":7,"architecture":"arm"}',
      '{"os":"linux","architecture":"arm","config":7}',
    ],
    ...[
      { Cmd: 'sh' },
      { Cmd: [1] },
      { Cmd: ['a\0b'] },
      { Env: {} },
      { User: 7 },
      { User: 'a\0' },
      { WorkingDir: [] },
    ].map((config) => JSON.stringify({ os: 'linux', architecture: 'arm', config })),
    ...[
      { Volumes: [] },
      { Labels: { a: 7 } },
      { StopSignal: 15 },
      { Entrypoint: [null] },
      { ExposedPorts: 'a' },
    ].map((config) => JSON.stringify({ os: 'linux', architecture: 'arm', config })),
  ])('such as %s is refused', (text) => {
    expect(() => parseConfig(text, 'it')).toThrow(
      expect.objectContaining({ code: 'ERR_IMAGE_CONFIG', image: 'it' }),
    );
  });

  test('of nothing but a platform is enough, and so are nulls', () => {
    const nulls = { Cmd: null, Env: null, Volumes: null, Labels: null, User: null };
    expect(configOf(nulls)).toMatchObject({
      cmd: [],
      env: [],
      volumes: [],
      labels: {},
      user: '',
      stopSignal: undefined,
    });
    expect(parseConfig('{"os":"linux","architecture":"arm"}', 'it').cmd).toEqual([]);
  });
});

test.each([
  { args: 'sh' },
  { args: [1] },
  { args: ['a\0'] },
  { env: 'A=1' },
  { user: 7 },
  { workdir: '\0' },
  { entrypoint: {} },
  7,
  null,
])('the options %j are refused', async (options) => {
  const making = specOf({ Cmd: ['a'] }, options as ImageSpecOptions);
  await expect(making).rejects.toMatchObject({ code: 'ERR_IMAGE_ARGUMENT' });
});
