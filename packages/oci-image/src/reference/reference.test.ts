import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePlatform } from './platform.ts';
import { parseReference } from './reference.ts';

const digest = `sha256:${'0a'.repeat(32)}`;

describe('a name as docker takes it', () => {
  test.each([
    ['alpine', 'docker.io/library/alpine:latest', 'docker.io'],
    ['alpine:3.22', 'docker.io/library/alpine:3.22', 'docker.io'],
    ['team/app', 'docker.io/team/app:latest', 'docker.io'],
    ['docker.io/alpine', 'docker.io/library/alpine:latest', 'docker.io'],
    ['index.docker.io/alpine', 'docker.io/library/alpine:latest', 'docker.io'],
    ['quay.io/a/b/c:v1', 'quay.io/a/b/c:v1', 'quay.io'],
    ['localhost/app', 'localhost/app:latest', 'localhost'],
    ['localhost:5000/app:1', 'localhost:5000/app:1', 'localhost:5000'],
    ['127.0.0.1:5000/app', '127.0.0.1:5000/app:latest', '127.0.0.1:5000'],
    ['[::1]:5000/app', '[::1]:5000/app:latest', '[::1]:5000'],
    ['Registry/app', 'Registry/app:latest', 'Registry'],
    [`alpine@${digest}`, `docker.io/library/alpine@${digest}`, 'docker.io'],
    [`alpine:3.22@${digest}`, `docker.io/library/alpine@${digest}`, 'docker.io'],
    ['docker://alpine', 'docker.io/library/alpine:latest', 'docker.io'],
    // Not a transport, since nothing stands between it and the colon but the name of an image.
    ['podman:5', 'docker.io/library/podman:5', 'docker.io'],
  ])('%s is %s', (text, name, registry) => {
    expect(parseReference(text)).toEqual({ name, source: `docker://${name}`, registry });
  });

  test.each([
    ...[
      '',
      ' ',
      'UPPER',
      'a//b',
      '/a',
      'a/',
      'a:',
      'a:b:c',
      'a b',
      '-a',
      'a@sha256:12',
      `a@${digest}@${digest}`,
      'a@md5:00',
    ],
    ...[
      'a\nb',
      'a\0b',
      'host.example:port/a',
      '.',
      '..',
      '../../etc/passwd',
      `a:${'t'.repeat(129)}`,
      `${'a'.repeat(256)}`,
    ],
    ...['docker://', 'docker:////a', 'x'.repeat(5_000), '-host/a', 'a.b-/c', '$(id)', '--help', 'a;b'],
  ])('%j is refused', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'ERR_IMAGE_ARGUMENT' }));
  });

  test('of any text is refused with that code, or complete and stable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'aA0.:/@-_') })), (text) => {
        let name: string;
        try {
          name = parseReference(text).name;
        } catch (error) {
          expect(error).toMatchObject({ code: 'ERR_IMAGE_ARGUMENT' });
          return;
        }
        expect(parseReference(name).name).toBe(name);
      }),
    );
  });

  test.each([undefined, null, 7, {}, ['alpine']])('%j is no text', (value) => {
    expect(() => parseReference(value)).toThrow(expect.objectContaining({ code: 'ERR_IMAGE_ARGUMENT' }));
  });
});

describe('a name with a transport', () => {
  test.each([
    ['oci:/layouts/app:1.0', 'oci:/layouts/app:1.0'],
    ['oci:/layouts/../other', 'oci:/other'],
    ['docker-archive:/a.tar:team/app:1', 'docker-archive:/a.tar:team/app:1'],
    ['dir:/a:b', 'dir:/a:b'],
    ['docker-daemon:app:1', 'docker-daemon:app:1'],
  ])('%s is %s', (text, name) => {
    expect(parseReference(text)).toEqual({ name, source: name, registry: undefined });
  });

  test('has its path from where the process is', () => {
    expect(parseReference('oci:layout:1').name).toBe(`oci:${process.cwd()}/layout:1`);
  });

  test.each(['oci:', 'dir:', 'docker-archive::name'])('%s is refused', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'ERR_IMAGE_ARGUMENT' }));
  });
});

describe('a platform', () => {
  test('has two or three parts', () => {
    expect(parsePlatform('linux/amd64')).toEqual({ os: 'linux', architecture: 'amd64' });
    expect(parsePlatform('linux/arm/v7')).toEqual({ os: 'linux', architecture: 'arm', variant: 'v7' });
  });

  test.each([
    '',
    'linux',
    'linux/',
    '/amd64',
    'a/b/c/d',
    'linux/AMD64',
    '--os/amd64',
    'linux/amd64 ',
    7,
    null,
  ])('%j is refused', (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'ERR_IMAGE_ARGUMENT' }));
  });
});
