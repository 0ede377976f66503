import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execaNode } from 'execa';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tools/testing/temp-dir.ts';

const program = path.join(import.meta.dirname, 'fixtures/race.ts');
const COUNT = 200;

test.each(['sync', 'promise'])(
  'of several programs that make the same ids at the same time, %s form, exactly one gets each',
  async (form) => {
    const base = await tempDir();
    const [state, work] = [path.join(base, 'state'), path.join(base, 'work')];
    const startAt = String(Date.now() + 1_500);
    const runs = await Promise.all(
      Array.from({ length: 3 }, () =>
        execaNode(program, [form, state, work, String(COUNT), startAt], {
          nodeOptions: ['--conditions=@shimwright/source'],
        }),
      ),
    );
    const won = runs.flatMap(({ stdout }) => stdout.split('\n').filter(Boolean));
    const makers = new Map(won.map((line) => line.split(' ') as [string, string]));
    expect(won).toHaveLength(COUNT);
    expect(makers.size).toBe(COUNT);
    for (const [id, pid] of makers) {
      const { hostname } = JSON.parse(readFileSync(path.join(state, id, 'config.json'), 'utf8'));
      expect(hostname).toBe(`p${pid}`);
    }
    expect(readdirSync(state).toSorted()).toEqual([...makers.keys()].toSorted());
    expect(readdirSync(work).toSorted()).toEqual([...makers.keys()].toSorted());
  },
);
