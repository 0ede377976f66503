import path from 'node:path';
import { execa } from 'execa';
import { goldenQuestions } from '../../packages/event-exchange/test/fixtures/golden-questions.ts';
import { buildGo } from '../go.ts';

/** What containerd and Go are asked. */
export interface Questions {
  /** Names that may be those of a namespace or a topic. */
  readonly names: readonly string[];
  /** The envelopes that each subscriber may get. */
  readonly envelopes: readonly QuestionedEnvelope[];
  /** The filters of each subscriber. */
  readonly filters: readonly (readonly string[])[];
  /** Regular expressions. */
  readonly patterns: readonly string[];
  /** The texts that each of them is tried on. */
  readonly texts: readonly string[];
}

/** An envelope whose time does not matter. */
export interface QuestionedEnvelope {
  readonly namespace: string;
  readonly topic: string;
  readonly typeUrl: string;
  /** The event's bytes, in base64. */
  readonly value: string;
}

/** One answer for each question, in the same order. */
export interface Answers {
  /** Whether each name is a namespace. */
  readonly namespaces: readonly boolean[];
  /** Whether each name is a topic. */
  readonly topics: readonly boolean[];
  /** What each subscriber gets. */
  readonly filters: readonly SubscribedAnswer[];
  /** The indices of the texts that match each pattern; null for a pattern that is none. */
  readonly patterns: readonly (readonly number[] | null)[];
}

/** What one subscriber gets. */
export interface SubscribedAnswer {
  /** The indices of its envelopes; left out when there are none. */
  readonly matches?: readonly number[];
  /** The index of the first of its filters that is none; left out when all are good. */
  readonly failed?: number;
  /** The offset, in bytes, of what is wrong with that. */
  readonly offset: number;
}

/**
 * What containerd and Go answer now. To record the answers to `goldenQuestions` anew, before `pnpm format`:
 *
 *     node --conditions=@shimwright/source tools/golden-filters/golden-filters.ts > packages/event-exchange/test/golden.json
 */
export async function askGo(questions: Questions): Promise<Answers> {
  const { stdout } = await execa(await buildGo(path.join(import.meta.dirname, 'go-filters')), {
    input: JSON.stringify(questions),
  });
  return JSON.parse(stdout);
}

if (import.meta.main) console.log(JSON.stringify(await askGo(goldenQuestions)));
