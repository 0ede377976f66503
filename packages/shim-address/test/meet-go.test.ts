import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { socketPath } from '@shimwright/shim-address';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildGo } from '../../../tools/go.ts';
import { needs } from '../../../tools/testing/needs.ts';
import { tempDir } from '../../../tools/testing/temp-dir.ts';

/** Has a Go process listen at an address, as containerd's client understands it or as Go's net package does. */
async function goListensAt(address: string, as: 'containerd' | 'net'): Promise<void> {
  const binary = await buildGo(path.join(import.meta.dirname, 'fixtures/go-listener'));
  const listener = spawn(binary, [as, address], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void listener.kill());
  await once(listener.stdout, 'data');
}

const token = `shimwright-test-${randomBytes(6).toString('hex')}`;

describe('a Go process listens, and Node meets it', () => {
  needs('linux', 'command go');

  test('at a socket file', async () => {
    const address = `unix://${await tempDir()}/é s`;
    await goListensAt(address, 'containerd');
    expect(await text(connect(socketPath(address)))).toBe('hello from Go');
  });

  test('at a legacy address', async () => {
    const address = `/containerd-shim/${token}/web/shim.sock`;
    await goListensAt(address, 'containerd');
    expect(await text(connect(socketPath(address)))).toBe('hello from Go');
  });

  test('at the longest abstract name', async () => {
    const address = token.padEnd(106, 'x');
    await goListensAt(address, 'containerd');
    expect(await text(connect(socketPath(address)))).toBe('hello from Go');
  });

  test('at a name written with @', async () => {
    await goListensAt(`@${token}`, 'net');
    expect(await text(connect(socketPath(`@${token}`)))).toBe('hello from Go');
  });
});
