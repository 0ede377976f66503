import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Each of these takes a minute or more.
const LONG = [
  'tools/crash/',
  'tools/consumers/consumers.',
  'tools/release/publish.',
  'tools/fuzz/',
  'tools/demo/',
  'tools/chaos/',
];

/**
 * Files that take long begin first: the last of them would otherwise go on alone when all others are done. A fresh
 * clone knows no times of before, so these are named.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.includes(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
