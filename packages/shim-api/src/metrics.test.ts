import { expect, test } from 'vitest';
import { packAny } from './index.ts';
import { cgroupV1MetricsType, cgroupV2MetricsType, packMetrics, unpackMetrics } from './metrics.ts';

const coded = (code: string) => expect.objectContaining({ name: 'ShimApiError', code });

test('metrics of either version are packed, and found again under their type', () => {
  const v1 = packMetrics({ type: cgroupV1MetricsType, metrics: { pids: { current: 3 } } });
  expect(v1.typeUrl).toBe('io.containerd.cgroups.v1.Metrics');
  expect(unpackMetrics(v1)).toMatchObject({
    type: cgroupV1MetricsType,
    metrics: { pids: { current: 3n, limit: 0n } },
  });

  const v2 = packMetrics({ type: cgroupV2MetricsType, metrics: { memory: { usageLimit: 2n ** 64n - 1n } } });
  const { type, metrics } = unpackMetrics({ ...v2, typeUrl: `type.googleapis.com/${v2.typeUrl}` });
  if (type !== cgroupV2MetricsType) throw new Error(`they are ${type}`);
  expect(metrics.memory?.usageLimit).toBe(2n ** 64n - 1n);
});

test('what is no metrics is refused', () => {
  expect(() => unpackMetrics(packAny('containerd.events.TaskOOM', {}))).toThrow(coded('ERR_SHIM_API_TYPE'));
  expect(() => unpackMetrics({ typeUrl: cgroupV1MetricsType, value: Uint8Array.of(9) })).toThrow(
    coded('ERR_SHIM_API_INVALID'),
  );
  expect(() => packMetrics({ type: 'nope' as typeof cgroupV1MetricsType, metrics: {} })).toThrow(
    coded('ERR_SHIM_API_TYPE'),
  );
  expect(() => packMetrics({ type: cgroupV1MetricsType, metrics: { pids: { current: -1 } } })).toThrow(
    coded('ERR_SHIM_API_VALUE'),
  );
});
