import { readFileSync } from 'node:fs';

/** How the package managers of the systems that have both tools are told. */
const COMMANDS: readonly (readonly [ids: RegExp, command: string])[] = [
  [/\b(debian|ubuntu)\b/, 'apt-get install'],
  [/\b(fedora|rhel|centos)\b/, 'dnf install'],
  [/\b(suse|opensuse)\b/, 'zypper install'],
  [/\balpine\b/, 'apk add'],
  [/\barch\b/, 'pacman -S'],
];

/** What to do where a tool is missing, as a command for this system. */
export function installHint(tool: string): string {
  const command = COMMANDS.find(([ids]) => ids.test(systemIds()))?.[1] ?? 'apt-get install';
  return `install it, as root: ${command} ${tool}`;
}

/** What this system calls itself and what it is like; see os-release(5). */
function systemIds(): string {
  try {
    return readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .filter((line) => /^ID(_LIKE)?=/.test(line))
      .join(' ')
      .toLowerCase();
  } catch {
    return '';
  }
}
