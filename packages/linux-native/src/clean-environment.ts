import { statSync } from 'node:fs';

// Where programs and users are, how people write, and how systemd is reached. What else whoever starts a shim has is its
// own: secrets would reach the hooks of everybody's containers, and NODE_OPTIONS the shim itself.
const PASSED: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LANGUAGE',
  'TZ',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  // While these packages are developed, programs run from their sources, whose types Node would strip anew each time.
  ...(import.meta.url?.endsWith('.ts') ? ['NODE_COMPILE_CACHE'] : []),
];

/**
 * Returns the variables that a long-running program may get from its starter, and no others: `PATH`, `HOME`, `USER`, `LOGNAME`, `LANG`,
 * `LANGUAGE`, `LC_*`, `TZ`, `XDG_RUNTIME_DIR`, `DBUS_SESSION_BUS_ADDRESS`, and `TMPDIR` if it exists.
 */
export function cleanEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isPassed(entry[0], entry[1]),
  );
  return Object.fromEntries(passed);
}

function isPassed(name: string, value: string): boolean {
  if (name === 'TMPDIR') return statSync(value, { throwIfNoEntry: false })?.isDirectory() === true;
  return PASSED.includes(name) || name.startsWith('LC_');
}
