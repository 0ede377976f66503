import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa, type Options } from 'execa';
import { describe, expect, test } from 'vitest';
import { needs } from '../../../tools/testing/needs.ts';
import { quickProgram } from '../../../tools/testing/quick-program.ts';
import { get } from '../../containers/src/index.ts';
import { testPlace } from '../../containers/test/place.ts';

const program = await quickProgram(path.join(import.meta.dirname, '../src/shimwright.ts'));

describe('shimwright', () => {
  needs('linux', 'root', 'command runc', 'command busybox');

  const where = testPlace();
  const environment = () => ({
    SHIMWRIGHT_STATE_DIR: where.place.stateDir,
    SHIMWRIGHT_DATA_DIR: where.place.dataDir,
    SHIMWRIGHT_NAMESPACE: where.place.namespace,
  });
  const node = [process.execPath, program] as const;

  async function shimwright(args: readonly string[], options: Options = {}) {
    const [command, ...before] = node;
    const { stdout, stderr, exitCode } = await execa(command, [...before, ...args], {
      env: environment(),
      input: '',
      reject: false,
      ...options,
    });
    return { stdout: String(stdout), stderr: String(stderr), exitCode };
  }

  /** Several command lines in one process. */
  async function several(...lines: readonly (readonly string[])[]) {
    const file = await quickProgram(path.join(import.meta.dirname, 'fixtures/lines.ts'));
    const { stdout } = await execa(process.execPath, [file, JSON.stringify(lines)], {
      env: environment(),
      input: '',
    });
    return JSON.parse(stdout) as {
      readonly stdout: string;
      readonly stderr: string;
      readonly exitCode: number;
    }[];
  }

  /** `run` of a command in a container of busybox. */
  const run = (flags: readonly string[], script: string, options: Options = {}) =>
    shimwright(['run', ...flags, '--rootfs', where.rootfs, 'sh', '-c', script], options);

  test('run passes on both outputs and the exit code, and --rm leaves nothing', async () => {
    const result = await run(['--rm', '-m', '64m', '--cpus', '0.5'], 'echo out; echo err >&2; exit 4');
    expect(result).toEqual({ stdout: 'out', stderr: 'err', exitCode: 4 });
    expect(await where.left()).toEqual([]);
  });

  test('what is wrong is told in a sentence, with the status of docker, and nothing is left', async () => {
    const R = where.rootfs;
    const cases: readonly (readonly [args: readonly string[], status: number, words: RegExp])[] = [
      [['run', '--rm', '--rootfs', R, '/no/such'], 127, /no such file/],
      [['run', '--rm', '--rootfs', R, '/bin'], 126, /permission denied/],
      [['run', '--no-such', 'x'], 125, /^shimwright: unknown option '--no-such'/],
      [['run', '-m', 'much', 'x'], 125, /must be a size/],
      [['run', '--rootfs', '/no/such', 'x'], 125, /is no directory$/],
      [['run', './no-such.tar'], 125, /no-such\.tar is not there$/],
      [['run', '-u', 'nobody', '--rootfs', R, 'true'], 125, /has no user "nobody" in its \/etc\/passwd$/],
      [['run', '-v', '/no/such:/x', '--rootfs', R, 'true'], 125, /\/no\/such, which is not there$/],
      [['run', '--name', 'a/b', '--rootfs', R, 'true'], 125, /cannot be the name of a container/],
      [['run', '-it', '--rootfs', R, 'sh'], 1, /the input is no terminal/],
      [['exec', 'no-such', 'ls'], 1, /^shimwright: there is no container no-such$/],
      [['logs', 'no-such'], 1, /there is no container no-such$/],
      [['no-such'], 125, /unknown command 'no-such'/],
      [['--namespace', '../x', 'ps'], 1, /^shimwright: /],
      [['completion', 'tcsh'], 125, /tcsh/],
    ];
    const results = await several(...cases.map(([args]) => args));
    for (const [index, [args, status, words]] of cases.entries()) {
      expect({ args, ...results[index] }).toEqual({
        args,
        stdout: '',
        stderr: expect.stringMatching(words),
        exitCode: status,
      });
      expect(results[index]?.stderr).not.toMatch(/\n\s+at /);
    }
    expect(await where.left()).toEqual([]);
  });

  test('run hands over the input with -i, and to nobody else', async () => {
    expect((await run(['--rm', '-i'], 'cat', { input: 'typed' })).stdout).toBe('typed');
    expect((await run(['--rm'], 'cat', { input: 'typed' })).stdout).toBe('');
  });

  test('run sets what its options say', async () => {
    const file = path.join(where.base, 'variables');
    writeFileSync(file, '# of a file\nA=1\nB=2\n');
    const flags = [
      '--rm',
      '--env-file',
      file,
      '-e',
      'B=3',
      '-e',
      'FROM_HERE',
      '-w',
      '/tmp',
      '-u',
      '7:8',
      '-h',
      'host',
      '--read-only',
      '--tmpfs',
      '/mem',
    ];
    const script =
      'echo $A $B $FROM_HERE $(pwd) $(id -u):$(id -g) $(hostname); touch /x; grep CapEff /proc/self/status';
    const { stdout, stderr } = await run([...flags, '--cap-drop', 'ALL', '-v', 'data:/data'], script, {
      env: { ...environment(), FROM_HERE: 'here' },
    });
    expect(stdout).toMatch(/^1 3 here \/tmp 7:8 host\nCapEff:\s+0+$/);
    expect(stderr).toContain('Read-only file system');
  });

  test('a container in the background is listed, read, entered, stopped and removed', async () => {
    const started = await run(
      ['-d', '--name', 'web', '-l', 'tier=front'],
      'echo one; echo two; trap "exit 6" TERM; while :; do sleep 0.1; done',
    );
    expect(started).toEqual({ stdout: 'web', stderr: '', exitCode: 0 });
    const logged = async () => (await shimwright(['logs', 'web'])).stdout;
    await expect.poll(logged, { timeout: 30_000 }).toBe('one\ntwo');
    expect(
      await shimwright(['exec', '-i', '-e', 'X=y', 'we', 'sh', '-c', 'cat; echo $X; exit 3'], {
        input: 'in ',
      }),
    ).toEqual({
      stdout: 'in y',
      stderr: '',
      exitCode: 3,
    });
    const results = await several(
      ['ps', '--json'],
      ['ps'],
      ['logs', '-t', '--tail', '1', 'web'],
      ['logs', '--since', '2100-01-01', 'web'],
      ['logs', '--json', '--tail', '1', 'web'],
      ['exec', 'web', 'no-such'],
      ['exec', '--json', 'web', 'echo', 'x'],
      ['stats', '--no-stream', '--json'],
      ['stats', '--no-stream', 'web'],
      ['rm', 'web'],
      ['stop', '--json', 'web'],
      ['ps', '-q'],
      ['ps', '-a'],
      ['rm', 'web', 'no-such'],
      ['rm', '-f', 'no-such'],
      ['recover', '--json'],
    );
    const [
      json,
      ps,
      times,
      none,
      line,
      missing,
      exec,
      statsJson,
      stats,
      refused,
      stopped,
      quiet,
      all,
      removed,
      forced,
      recovered,
    ] = results;
    expect(JSON.parse(json?.stdout ?? '')).toMatchObject([
      { id: 'web', status: 'running', labels: { tier: 'front' } },
    ]);
    expect(ps?.stdout).toMatch(/^NAME .*\nweb .*running$/);
    expect(times?.stdout).toMatch(/^\d{4}-\S+Z two$/);
    expect(none).toMatchObject({ stdout: '', exitCode: 0 });
    expect(JSON.parse(line?.stdout ?? '')).toMatchObject({ text: 'two', stream: 'stdout' });
    expect(missing?.exitCode).toBe(127);
    expect(JSON.parse(exec?.stdout ?? '')).toMatchObject({ stdout: 'x\n', exitCode: 0 });
    expect(JSON.parse(statsJson?.stdout ?? '')).toMatchObject([{ id: 'web' }]);
    expect(stats?.stdout).toMatch(/^NAME .*\nweb .*%/);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('use -f') });
    expect(JSON.parse(stopped?.stdout ?? '')).toEqual([{ id: 'web', exitCode: 6 }]);
    expect(quiet?.stdout).toBe('');
    expect(all?.stdout).toMatch(/web .*exited \(6\)/);
    expect(removed).toMatchObject({
      stdout: 'web',
      exitCode: 1,
      stderr: 'shimwright: there is no container no-such',
    });
    expect(forced?.exitCode).toBe(0);
    expect(JSON.parse(recovered?.stdout ?? '')).toEqual({ containers: [], removed: [] });
    expect(await where.left()).toEqual([]);
  });

  test('start and restart run it again with its files, and exec -d only starts a command', async () => {
    const script = 'echo x >>/runs; wc -l </runs; [ -e /stay ] && exec sleep 1000; exit 3';
    const [first, refused, entered, started, ...rest] = await several(
      ['run', '--name', 'again', '--rootfs', where.rootfs, 'sh', '-c', script],
      ['start', 'no-such'],
      ['exec', '-d', 'again', 'true'],
      ['start', '--json', 'again'],
    );
    expect(first).toMatchObject({ stdout: '1', exitCode: 3 });
    expect(refused).toMatchObject({ stderr: 'shimwright: there is no container no-such', exitCode: 1 });
    expect(entered).toMatchObject({ stdout: '', exitCode: 1 });
    expect(JSON.parse(started?.stdout ?? '')).toEqual([{ id: 'again' }]);
    expect(rest).toEqual([]);
    const container = await get('again', where.place);
    expect(await container.wait()).toMatchObject({ exitCode: 3 });
    await container.copyIn(await archive('stay'), '/');
    const [restarted, running, left, detached, json, both] = await several(
      ['restart', '-t', '0', 'again'],
      ['ps'],
      ['start', 'again'],
      ['exec', '-d', 'again', 'sh', '-c', 'echo nobody hears; echo done >/mark; exec sleep 1000'],
      ['exec', '-d', '--json', 'again', 'sleep', '1000'],
      ['exec', '-d', '-i', 'again', 'cat'],
    );
    expect(restarted).toMatchObject({ stdout: 'again', exitCode: 0 });
    expect(running?.stdout).toMatch(/again .*running$/);
    expect(left).toMatchObject({ stdout: 'again', exitCode: 0 });
    expect(detached).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    expect(JSON.parse(json?.stdout ?? '')).toEqual({ pid: expect.any(Number) });
    expect(both).toMatchObject({ exitCode: 125, stderr: expect.stringContaining('-d goes with neither') });
    const marked = async () => (await shimwright(['exec', 'again', 'cat', '/mark'])).stdout;
    await expect.poll(marked, { timeout: 30_000 }).toBe('done');
    const [logs, stopped, removed] = await several(
      ['logs', 'again'],
      ['restart', '-t', '0', '-s', 'KILL', 'again'],
      ['rm', '-f', 'again'],
    );
    expect(logs?.stdout).toBe('1\n2\n3');
    expect(stopped?.exitCode).toBe(0);
    expect(removed?.exitCode).toBe(0);
    expect(await where.left()).toEqual([]);
  });

  /** A tar stream of an empty file. */
  async function archive(name: string): Promise<AsyncIterable<Uint8Array>> {
    const directory = path.join(where.base, 'archive');
    mkdirSync(directory);
    writeFileSync(path.join(directory, name), '');
    return spawn('tar', ['-C', directory, '-c', name], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout;
  }

  test('a terminal has the size of ours, and is raw', async () => {
    const inner = [
      ...node,
      'run',
      '--rm',
      '-it',
      '--rootfs',
      where.rootfs,
      'sh',
      '-c',
      '"stty size; read line; echo got \\$line"',
    ].join(' ');
    const typed = spawn('script', ['-qec', `stty cols 77 rows 22; ${inner}`, '/dev/null'], {
      env: { ...process.env, ...environment() },
    });
    let shown = '';
    for await (const chunk of typed.stdout) {
      shown += String(chunk);
      if (shown.includes('22 77') && typed.stdin.writable) typed.stdin.end('typed\r');
    }
    expect(shown).toContain('got typed');
  });

  test('a signal reaches the container', async () => {
    const [command, ...before] = node;
    const script = 'trap "echo told; exit 9" TERM; echo ready; while :; do sleep 0.1; done';
    const running = execa(command, [...before, 'run', '--rm', '--rootfs', where.rootfs, 'sh', '-c', script], {
      env: environment(),
      reject: false,
    });
    running.stdout.once('data', () => running.kill('SIGTERM'));
    expect(await running).toMatchObject({ stdout: 'ready\ntold', exitCode: 9 });
  });

  test('an output that nobody reads any more ends the program quietly', async () => {
    const line = `${node.join(' ')} run --rm --rootfs ${where.rootfs} seq 100000 | head -n 1`;
    const { stdout, stderr } = await execa('sh', ['-c', line], { env: environment(), reject: false });
    expect({ stdout, stderr }).toEqual({ stdout: '1', stderr: '' });
    await shimwright(['rm', '-f', ...(await shimwright(['ps', '-aq'])).stdout.split('\n').filter(Boolean)]);
  });

  test('events are told as they happen', async () => {
    const [command, ...before] = node;
    const listening = execa(command, [...before, 'events', '--json'], { env: environment(), reject: false });
    const heard: string[] = [];
    listening.stdout.on('data', (chunk) => heard.push(...String(chunk).trim().split('\n')));
    const heardAfterRun = async () => {
      await run(['--rm'], 'exit 5');
      return heard.length;
    };
    await expect.poll(heardAfterRun, { timeout: 30_000, interval: 10 }).toBeGreaterThan(2);
    listening.kill('SIGTERM');
    await listening;
    expect(heard.map((line) => JSON.parse(line).type)).toEqual(
      expect.arrayContaining(['create', 'exit', 'remove']),
    );
    expect(heard.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ type: 'exit', exitCode: 5 }),
    );
  });

  test('doctor tells in words and as JSON, and completions come from the options themselves', async () => {
    const complete = (...words: string[]) => ['__complete', '--', ...words];
    const [doctor, json, first, flags, shells, script] = await several(
      ['doctor'],
      ['doctor', '--json'],
      complete('r'),
      complete('run', '--cap'),
      complete('completion', ''),
      ['completion', 'bash'],
    );
    expect(doctor).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ok +runtime +runc /m) });
    const names = JSON.parse(json?.stdout ?? '').map(({ name }: { name: string }) => name);
    expect(names).toEqual([
      'platform',
      'user',
      'runtime',
      'seccomp',
      'cgroups',
      'overlayfs',
      'skopeo',
      'umoci',
      'cni',
    ]);
    expect([first?.stdout, flags?.stdout, shells?.stdout]).toEqual([
      'run\nrestart\nrm\nrmi\nrecover',
      '--cap-add\n--cap-drop',
      'bash\nzsh\nfish',
    ]);
    const loaded = execFileSync('bash', ['-c', `${script?.stdout}\ncomplete -p shimwright`]);
    expect(loaded.toString()).toContain('_shimwright');
  });

  test('containers are made, filtered, paused, inspected, signalled and waited for in the words of docker', async () => {
    const R = where.rootfs;
    const lines: readonly (readonly [
      line: readonly string[],
      status: number,
      stdout: RegExp,
      stderr?: RegExp,
    ])[] = [
      [['create', '--name', 'made', '-l', 'x=y', '--rootfs', R, 'sleep', '1000'], 0, /^made$/],
      [['ps', '-q'], 0, /^$/],
      [['ps', '-aq', '--filter', 'label=x=y'], 0, /^made$/],
      [['ps', '-q', '-f', 'status=created', '-f', 'name=ad'], 0, /^made$/],
      [['ps', '-f', 'no-such=1'], 125, /^$/, /with one of id, name, status/],
      [['start', 'made'], 0, /^made$/],
      [['ps', '--format', '{{.Names}}\\t{{ .State }}'], 0, /^made\trunning$/],
      [['ps', '--format', '{{.Nope}}'], 125, /^$/, /there are \{\{\.ID\}\}, /],
      [['pause', 'made'], 0, /^made$/],
      [['ps', '--format', 'json'], 0, /"State":"paused"/],
      [['unpause', 'made'], 0, /^made$/],
      [['inspect', 'made'], 0, /"status": "running"/],
      [['inspect', 'nobody'], 1, /^\[\]$/, /there is no container and no image nobody$/],
      [['kill', '-s', 'CONT', 'made'], 0, /^made$/],
      [['kill', 'made'], 0, /^made$/],
      [['wait', 'made'], 0, /^137$/],
      [['wait', '--json', 'made'], 0, /"exitCode": 137/],
      [['rm', 'made'], 0, /^made$/],
      [['kill', 'made'], 1, /^$/, /there is no container made$/],
      [['rmi', 'no-such'], 1, /^$/, /the store has no image/],
      [['rmi', '-f', 'no-such'], 0, /^$/],
      [['--version'], 0, /^\d+\.\d+\.\d+/],
    ];
    const results = await several(...lines.map(([line]) => line));
    for (const [index, [line, exitCode, stdout, stderr = /^$/]] of lines.entries()) {
      const found = results[index];
      expect({ line, ...found, stdout: found?.stdout.trim(), stderr: found?.stderr.trim() }).toEqual({
        ...{ line, exitCode, stdout: expect.stringMatching(stdout), stderr: expect.stringMatching(stderr) },
      });
    }
  });

  test('cp copies files both ways, by the rules of docker', async () => {
    const file = path.join(where.base, 'copied');
    writeFileSync(file, 'data');
    mkdirSync(path.join(where.base, 'tree/deep'), { recursive: true });
    writeFileSync(path.join(where.base, 'tree/deep/leaf'), 'leaf');
    const out = path.join(where.base, 'out');
    mkdirSync(out);
    const R = where.rootfs;
    const [, ...results] = await several(
      ['create', '--name', 'copies', '--rootfs', R, 'true'],
      ['cp', file, 'copies:/'],
      ['cp', file, 'copies:/renamed'],
      ['cp', path.join(where.base, 'tree'), 'copies:/'],
      ['cp', 'copies:/copied', out],
      ['cp', 'copies:/renamed', path.join(out, 'again')],
      ['cp', 'copies:/tree', path.join(out, 'tree2')],
      ['cp', 'copies:/no-such', out],
      ['cp', '/no/such', 'copies:/'],
      ['cp', 'a', 'b'],
    );
    const statuses = results.map(({ exitCode }) => exitCode);
    expect(statuses).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1]);
    expect(results.at(-1)?.stderr).toMatch(/one of the two must be CONTAINER:PATH/);
    for (const name of ['copied', 'again']) expect(readFileSync(path.join(out, name), 'utf8')).toBe('data');
    expect(readFileSync(path.join(out, 'tree2/deep/leaf'), 'utf8')).toBe('leaf');
    const archive = path.join(where.base, 'archive.tar');
    execFileSync('tar', ['-C', where.base, '-cf', archive, 'copied']);
    await shimwright(['cp', '-', 'copies:/bin'], { inputFile: archive, input: undefined as never });
    const { stdout } = await shimwright(['cp', 'copies:/bin/copied', '-']);
    expect(stdout).toContain('data');
    await shimwright(['rm', 'copies']);
  });

  test('what docker has and we do not is answered by what to use instead', async () => {
    const words: readonly (readonly [line: readonly string[], words: RegExp])[] = [
      [['build', '.'], /^shimwright: unknown command 'build': .*buildah/],
      [['container', 'ls'], /there are no groups/],
      [['rename', 'a', 'b'], /--name/],
      [['run', '-p', '80:80', 'x'], /^shimwright: unknown option '-p': ports are not published/],
      [['run', '--restart=always', 'x'], /systemd/],
      [['run', '--privileged', 'x'], /--cap-add ALL/],
      [['run', '--timeout', '9999999999', 'x'], /at most 2147483/],
    ];
    const results = await several(...words.map(([line]) => line));
    for (const [index, [line, stderr]] of words.entries())
      expect({ line, ...results[index] }).toMatchObject({
        line,
        exitCode: 125,
        stderr: expect.stringMatching(stderr),
      });
  });

  test('logs that are followed end by the signal that ends them', async () => {
    await run(['-d', '--name', 'talks'], 'echo hi; sleep 1000');
    const [command, ...before] = node;
    const following = execa(command, [...before, 'logs', '-f', 'talks'], {
      env: environment(),
      reject: false,
    });
    for await (const line of following) {
      expect(line).toBe('hi');
      following.kill('SIGINT');
    }
    expect((await following).exitCode).toBe(130);
    await shimwright(['rm', '-f', 'talks']);
  });

  test('an old Node.js is told in a sentence', async () => {
    const { stderr, exitCode } = await execa(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });")}`,
        program,
        'ps',
      ],
      { reject: false },
    );
    expect({ stderr, exitCode }).toEqual({
      stderr:
        'shimwright: this is Node.js 20.20.2, and it takes 22.18 or later: see https://nodejs.org/en/download',
      exitCode: 125,
    });
  });

  test('a machine without a runtime is told so', async () => {
    const empty = path.join(where.base, 'empty');
    mkdirSync(empty, { recursive: true });
    const env = { ...environment(), SHIMWRIGHT_RUNTIME: '/no/such/runtime' };
    const diagnosed = await shimwright(['doctor'], { env });
    expect(diagnosed).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^missing +runtime/m) });
    const { stderr, exitCode } = await run(['--rm'], 'true', { env });
    expect({ stderr, exitCode }).toEqual({
      stderr: expect.stringMatching(/^shimwright: .*apt-get install runc$/),
      exitCode: 125,
    });
  });
});
