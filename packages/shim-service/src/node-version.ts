// Imported before all else: what an older Node lacks would else be told by the first call that misses it.
const NEEDED = [22, 18] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `shimwright-shim needs Node.js ${NEEDED.join('.')} or later, and this is ${process.versions.node}\n`,
  );
  process.exit(1);
}
