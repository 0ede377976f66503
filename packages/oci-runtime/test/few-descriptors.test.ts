import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';

needs('linux', 'command prlimit');

/** Runs a program that has 300 descriptors at most, of which `takeAll` leaves none, and gives the lines that it prints. */
async function linesOf(code: string, runtime: string, base: string): Promise<string[]> {
  const command = path.join(base, 'runtime');
  await writeFile(command, `#!/bin/sh\n${runtime}\n`, { mode: 0o755 });
  const program = `
    import fs from 'node:fs';
    import { OciRuntime } from '@shimwright/oci-runtime';
    const [command, base] = process.argv.slice(1);
    const runtime = new OciRuntime({ command, abortGraceMs: 100 });
    const taken = [];
    const takeAll = () => {
      try {
        for (;;) taken.push(fs.openSync('/dev/null', 'r'));
      } catch {}
    };
    const giveBack = () => taken.splice(0).forEach((fd) => fs.closeSync(fd));
    const failure = (error) => error.code ?? error;
    ${code}`;
  const node = ['--conditions=@shimwright/source', '--input-type=module', '--eval', program, '--'];
  const { stdout } = await execa('prlimit', ['--nofile=300', process.execPath, ...node, command, base], {
    cwd: import.meta.dirname,
    env: { NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'], // the last two are inherited by what it starts
  });
  return stdout.split('\n');
}

test('a first call without a descriptor fails, and later ones do not, nor have they what the program inherited', async () => {
  const code = `
    takeAll();
    console.log(await runtime.version().catch(failure));
    giveBack();
    console.log((await runtime.version()).name);
    console.log(/ [34] -> (?:pipe|socket)/.test(fs.readFileSync(base + '/descriptors', 'utf8')));`;
  const base = await tempDir();
  const runtime = `ls -l /proc/$$/fd > ${base}/descriptors; echo 'test version 1.0'`;
  expect(await linesOf(code, runtime, base)).toEqual(['ERR_RUNTIME_FAILED', 'test', 'false']);
});

test('an abort without a descriptor ends all that was started once there is one', async () => {
  const code = `
    const { signal, abort } = (() => { const c = new AbortController(); return { signal: c.signal, abort: () => c.abort('given up') }; })();
    await runtime.version().catch(() => {});
    const ended = runtime.exec('web', ['sleep'], { signal }).catch((error) => console.log(failure(error)));
    while (!fs.existsSync(base + '/child')) await new Promise((resolve) => setTimeout(resolve, 10));
    takeAll();
    abort();
    await new Promise((resolve) => setTimeout(resolve, 150));
    giveBack();
    await ended;
    const child = Number(fs.readFileSync(base + '/child', 'utf8'));
    const state = (() => { try { return fs.readFileSync('/proc/' + child + '/stat', 'utf8').split(' ')[2]; } catch { return 'gone'; } })();
    console.log(['gone', 'Z', 'X'].includes(state));`;
  const base = await tempDir();
  const runtime = `case "$*" in *exec*) setsid sleep 60 & echo $! > ${base}/child.new; mv ${base}/child.new ${base}/child; wait;; esac`;
  expect(await linesOf(code, runtime, base)).toEqual(['given up', 'true']);
});
