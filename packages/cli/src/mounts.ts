import path from 'node:path';
import type { ContainerMount } from '@shimwright/containers';
import { CliError, FAILED } from './errors.ts';
import { parseSize } from './values.ts';

/** `SOURCE:TARGET[:ro|rw]`, where a source without a slash is a volume. */
export function parseVolume(text: string): ContainerMount {
  const [source = '', target = '', mode = 'rw', ...rest] = text.split(':');
  const modes = mode.split(',');
  if (
    source === '' ||
    !target.startsWith('/') ||
    rest.length > 0 ||
    !modes.every((each) => /^(?:ro|rw|z|Z)$/.test(each))
  ) {
    throw new CliError(`-v ${text} must be SOURCE:TARGET or SOURCE:TARGET:ro`, FAILED);
  }
  const readonly = modes.includes('ro');
  if (!/[/.~]/.test(source[0] ?? '') && !source.includes('/'))
    return { type: 'volume', source, target, readonly };
  return { type: 'bind', source: path.resolve(source), target, readonly };
}

const KEYS: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
  'tmpfs-size': 'size',
};

/** `type=bind,source=…,target=…[,readonly]`, or of type `volume` or `tmpfs`. */
export function parseMount(text: string): ContainerMount {
  const fields = new Map(
    text.split(',').map((field) => {
      const [key = '', value = 'true'] = field.split(/=(.*)/s);
      return [KEYS[key] ?? key, value] as const;
    }),
  );
  const {
    type = 'volume',
    source = '',
    target = '',
    readonly = 'false',
    size,
    ...unknown
  } = Object.fromEntries(fields);
  const problem = mountProblem(type, source, target, Object.keys(unknown));
  if (problem) throw new CliError(`--mount ${text} ${problem}`, FAILED);
  const isReadonly = readonly === 'true' || readonly === '1';
  if (type === 'tmpfs') return { type, target, ...(size !== undefined && { sizeBytes: parseSize(size) }) };
  if (type === 'volume') return { type, source, target, readonly: isReadonly };
  return { type: 'bind', source: path.resolve(source), target, readonly: isReadonly };
}

function mountProblem(
  type: string,
  source: string,
  target: string,
  unknown: readonly string[],
): string | undefined {
  if (!['bind', 'volume', 'tmpfs'].includes(type))
    return `has the type ${type}, and there are bind, volume and tmpfs`;
  if (unknown.length > 0) return `has ${unknown[0]}, which is not known`;
  if (!target.startsWith('/')) return 'needs target=/…';
  if (type !== 'tmpfs' && source === '') return 'needs source=…';
  return undefined;
}

/** `TARGET[:size=…]`. */
export function parseTmpfs(text: string): ContainerMount {
  const [target = '', options = ''] = text.split(':');
  const size = /(?:^|,)size=([^,]+)/.exec(options)?.[1];
  if (!target.startsWith('/')) throw new CliError(`--tmpfs ${text} must be a path, or PATH:size=64m`, FAILED);
  return { type: 'tmpfs', target, ...(size !== undefined && { sizeBytes: parseSize(size) }) };
}
