import { describe, expect, test } from 'vitest';
import { capabilities } from './capabilities.ts';
import { parseMount, parseTmpfs, parseVolume } from './mounts.ts';
import { agoText, bytesText, table } from './output.ts';
import { parseCpus, parseMoment, parsePidsLimit, parseSize, parseTail } from './values.ts';

describe('values are read as docker reads them', () => {
  test.each([
    ['1024', 1024],
    ['10b', 10],
    ['64m', 64 * 2 ** 20],
    ['64MB', 64 * 2 ** 20],
    ['1.5G', 1.5 * 2 ** 30],
    ['2k', 2048],
  ])('the size %s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', 'm', '-1', '0', '1x', '1e400'])('the size %j is none', (text) => {
    expect(() => parseSize(text)).toThrow('must be a size');
  });

  test('numbers', () => {
    expect([
      parseCpus('0.5'),
      parsePidsLimit('-1'),
      parsePidsLimit('5'),
      parseTail('all'),
      parseTail('0'),
    ]).toEqual([0.5, 'unlimited', 5, undefined, 0]);
    for (const wrong of ['', 'x', '-2', '0.5']) expect(() => parsePidsLimit(wrong)).toThrow('whole number');
    for (const wrong of ['', '0', 'x', 'Infinity']) expect(() => parseCpus(wrong)).toThrow('above 0');
  });

  test('moments', () => {
    expect(parseMoment('2026-01-31T12:00:00Z').toISOString()).toBe('2026-01-31T12:00:00.000Z');
    expect(parseMoment('1000').toISOString()).toBe('1970-01-01T00:16:40.000Z');
    expect(Math.round((Date.now() - parseMoment('1h30m').getTime()) / 60_000)).toBe(90);
    expect(() => parseMoment('yesterday-ish')).toThrow('must be a time');
  });

  test('mounts', () => {
    expect(parseVolume('/a:/b:ro')).toEqual({ type: 'bind', source: '/a', target: '/b', readonly: true });
    expect(parseVolume('data:/b')).toEqual({ type: 'volume', source: 'data', target: '/b', readonly: false });
    expect(parseVolume('./a:/b')).toMatchObject({ type: 'bind', source: `${process.cwd()}/a` });
    expect(parseMount('type=bind,src=/a,dst=/b,ro')).toEqual({
      type: 'bind',
      source: '/a',
      target: '/b',
      readonly: true,
    });
    expect(parseMount('source=data,target=/b')).toEqual({
      type: 'volume',
      source: 'data',
      target: '/b',
      readonly: false,
    });
    expect(parseMount('type=tmpfs,target=/b,tmpfs-size=1m')).toEqual({
      type: 'tmpfs',
      target: '/b',
      sizeBytes: 2 ** 20,
    });
    expect(parseTmpfs('/b:size=1m,noexec')).toEqual({ type: 'tmpfs', target: '/b', sizeBytes: 2 ** 20 });
    for (const wrong of ['/a', '/a:b', ':/b', '/a:/b:rx', '/a:/b:ro:x'])
      expect(() => parseVolume(wrong)).toThrow(wrong);
    for (const wrong of [
      'type=nfs,source=a,target=/b',
      'type=bind,target=/b',
      'source=a',
      'source=a,target=/b,x=y',
    ]) {
      expect(() => parseMount(wrong)).toThrow(wrong);
    }
  });

  test('capabilities', () => {
    expect(capabilities([], ['ALL'])).toEqual([]);
    expect(capabilities(['net_admin'], ['all'])).toEqual(['CAP_NET_ADMIN']);
    expect(capabilities(['CAP_SYS_TIME'], ['CHOWN'])).toContain('CAP_SYS_TIME');
    expect(capabilities([], ['CHOWN'])).not.toContain('CAP_CHOWN');
    expect(capabilities(['ALL'], ['SYS_ADMIN'])).toHaveLength(40);
  });
});

test('columns are as wide as they need, and sizes and times are short', () => {
  expect(table(['A', 'B'], [['long', 'x']])).toBe('A      B\nlong   x');
  expect([bytesText(10), bytesText(1_234), bytesText(65_000_000)]).toEqual(['10B', '1.23kB', '65.0MB']);
  expect([agoText(new Date(0), 90_000), agoText(new Date(0), 500), agoText(new Date(0), 1_000)]).toEqual([
    '1 minute ago',
    '1 second ago',
    '1 second ago',
  ]);
});
