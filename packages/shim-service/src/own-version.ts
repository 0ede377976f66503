import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = '@shimwright/shim-service';

/** The name of this package and its version, for those who may be of another one; the name alone where no file says it. */
export function ownVersion(): string {
  // In a bundle there is only the program.
  const code = import.meta.url ? fileURLToPath(import.meta.url) : (process.argv[1] ?? '');
  try {
    const { name, version } = JSON.parse(
      readFileSync(path.join(path.dirname(code), '..', 'package.json'), 'utf8'),
    );
    return name === NAME ? `${NAME} ${version}` : NAME;
  } catch {
    return NAME;
  }
}
