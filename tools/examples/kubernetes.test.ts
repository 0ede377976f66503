import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1';
import { type IRuntimeClass, RuntimeClass } from 'kubernetes-models/node.k8s.io/v1';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { needs } from '../testing/needs.ts';
import { DOWNLOAD_MS, type Suite, type SuiteEngines, suiteEngines } from '../testing/suite-engines.ts';
import { tempDir } from '../testing/temp-dir.ts';

const DIRECTORY = path.join(import.meta.dirname, 'kubernetes');

async function object(name: string): Promise<Record<string, unknown>> {
  const [document] = parseAllDocuments(await readFile(path.join(DIRECTORY, name), 'utf8'));
  expect(document?.errors).toEqual([]);
  return document?.toJS() as Record<string, unknown>;
}

describe('the example for Kubernetes', () => {
  test('has fifty pods of the class whose handler containerd knows', async () => {
    const runtimeClass = await object('runtime-class.yaml');
    expect(runtimeClass).toMatchObject({
      ...{ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', handler: 'shimwright' },
      metadata: { name: 'shimwright' },
    });
    expect(await object('deployment.yaml')).toMatchObject({
      ...{ apiVersion: 'apps/v1', kind: 'Deployment' },
      spec: {
        replicas: 50,
        selector: { matchLabels: { app: 'fifty' } },
        template: { metadata: { labels: { app: 'fifty' } }, spec: { runtimeClassName: 'shimwright' } },
      },
    });
  });

  test('has objects that the API’s own schema allows', async () => {
    const deployment = (await object('deployment.yaml')) as unknown as IDeployment;
    expect(() => new Deployment(deployment).validate()).not.toThrow();
    const runtimeClass = (await object('runtime-class.yaml')) as unknown as IRuntimeClass;
    expect(() => new RuntimeClass(runtimeClass).validate()).not.toThrow();
    const wrong = { ...deployment, spec: { ...deployment.spec, replicas: 'fifty' } };
    expect(() => new Deployment(wrong as unknown as IDeployment).validate()).toThrow('must be integer');
  });

  describe('is understood by containerd', () => {
    needs('linux', 'root');

    const engines = new Map<Suite, SuiteEngines>();
    beforeAll(() => {
      for (const suite of ['bookworm', 'forky'] as const) engines.set(suite, suiteEngines(suite));
    }, 2 * DOWNLOAD_MS);

    test.for([
      ['containerd-1.toml', 'bookworm'],
      ['containerd-2.toml', 'forky'],
    ] as const)('%s, of %s', async ([file, suite], context) => {
      const { found = { reason: 'it was not looked for' } } = engines.get(suite) ?? {};
      if ('reason' in found) return context.skip(found.reason);
      const directory = await tempDir();
      const { stdout } = await execa(path.join(found.bin, 'containerd'), [
        '--root',
        directory,
        '--state',
        directory,
        '--config',
        path.join(DIRECTORY, file),
        'config',
        'dump',
      ]);
      const [, handler = ''] = stdout.split(/containerd\.runtimes\.shimwright\]/);
      expect(handler).toMatch(/runtime_path = ["']\/usr\/local\/bin\/containerd-shim-shimwright-v2["']/);
      expect(handler).toMatch(/SystemdCgroup = true/);
    });
  });
});
