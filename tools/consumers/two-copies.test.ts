import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { installed, project } from '../packed/packed.ts';

// Two dependencies of a program may each bring a copy of a package, and hand the other's errors and messages on.
const directory = await mkdtemp(path.join(project, 'copies-'));
afterAll(() => rm(directory, { recursive: true }));

/** What a program prints that has two copies of a package, as `one` and `other`. */
async function withTwoCopies(folder: string, code: string): Promise<string> {
  const home = path.join(directory, folder);
  await mkdir(home, { recursive: true });
  for (const copy of ['one', 'other'])
    await cp(installed(folder), path.join(home, copy), { recursive: true });
  const imports = ['one', 'other'].map((copy) => `import * as ${copy} from './${copy}/dist/index.js';\n`);
  await writeFile(path.join(home, 'program.mjs'), imports.join('') + code);
  const { stdout } = await execa(process.execPath, ['program.mjs'], { cwd: home, env: { NODE_OPTIONS: '' } });
  return stdout;
}

const ECHO = `
  const Text = {
    encode: () => ({ finish: () => new Uint8Array() }),
    decode: () => ({}),
    fromPartial: () => ({}),
  };
  const unary = { requestType: Text, requestStream: false, responseType: Text, responseStream: false };
  const Echo = { name: 'Echo', fullName: 'example.Echo', methods: { echo: { name: 'Echo', ...unary } } };`;

test('the status of an error that another copy of ttrpc made reaches the client', async () => {
  const said = await withTwoCopies(
    'ttrpc',
    `${ECHO}
    const handlers = { echo() { throw other.TtrpcError.status('NOT_FOUND', 'no such thing'); } };
    const local = one.inProcess(Echo, handlers);
    await local.echo({}).catch(({ code, status, message }) => console.log(code, status, message));
    const server = new one.TtrpcServer().handle(Echo, handlers);
    await server.listen('./copies.sock');
    const client = await one.connect('./copies.sock');
    await client.service(Echo).echo({}).catch(({ code, status, message }) => console.log(code, status, message));
    await client.close();
    await server.shutdown();`,
  );
  const expected = 'ERR_TTRPC_STATUS NOT_FOUND no such thing';
  expect(said).toBe(`${expected}\n${expected}`);
});

test('the lock of one path holds for both copies of fs-atomic', async () => {
  const said = await withTwoCopies(
    'fs-atomic',
    `
    import { readFile } from 'node:fs/promises';
    await one.atomicWriteFile('./file', 'one');
    await other.atomicWriteFile('./file', 'other');
    console.log(await readFile('./file', 'utf8'));
    await one.atomicMakeDirectory('./made', async () => {});
    await other.atomicMakeDirectory('./made', async () => {}).catch(({ code }) => console.log(code));
    await other.atomicDelete('./made');
    await one.atomicDelete('./made');`,
  );
  expect(said).toBe('other\nERR_ATOMIC_EXISTS');
});

test('an event that one copy of shim-api packed is read by the other', async () => {
  const said = await withTwoCopies(
    'shim-api',
    `
    const packed = one.packAny('containerd.events.TaskExit', { containerId: 'web', exitStatus: 3 });
    console.log(other.decodeEvent(packed).message.exitStatus);`,
  );
  expect(said).toBe('3');
});

test('each copy of a package names its errors by the same codes', async () => {
  const said = await withTwoCopies(
    'bundle-core',
    `
    for (const copy of [one, other]) {
      try {
        copy.loadBundle({ id: '../x', path: '/run/a', workDir: '/run/b' });
      } catch ({ name, code }) {
        console.log(name, code);
      }
    }`,
  );
  const [first, second] = said.split('\n');
  expect(first).toMatch(/^BundleError ERR_BUNDLE_/);
  expect(second).toBe(first);
});

test('an error that one copy of oci-runtime made is known to the other, and shows no secret', async () => {
  const said = await withTwoCopies(
    'oci-runtime',
    `
    const runtime = new one.OciRuntime({ command: '/no/such/runtime' });
    const error = await runtime.exec('web', ['true'], { env: { TOKEN: 'hush' } }).catch((each) => each);
    console.log(error.code, other.isOciRuntimeError(error), JSON.stringify(error).includes('hush'));`,
  );
  expect(said).toBe('ERR_RUNTIME_NOT_FOUND true false');
});
