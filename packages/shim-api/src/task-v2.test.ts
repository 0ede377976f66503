import type { ServiceDescriptor } from '@shimwright/ttrpc';
import { expect, expectTypeOf, test } from 'vitest';
import { EventsDefinition, type EventsHandlers, type ForwardRequest } from './index.ts';
import { SandboxDefinition, type SandboxService } from './sandbox.ts';
import {
  type StateResponse,
  type StatsRequest,
  type TaskHandlers,
  type TaskService,
  TaskV2Definition,
  TaskV3Definition,
} from './task-v2.ts';

const callsOf = ({ methods }: ServiceDescriptor) => Object.values(methods).map(({ name }) => name);

test('the task service has 17 calls, under two names', () => {
  expect(TaskV2Definition.fullName).toBe('containerd.task.v2.Task');
  expect(TaskV3Definition.fullName).toBe('containerd.task.v3.Task');
  expect(TaskV3Definition.methods).toBe(TaskV2Definition.methods);
  expect(callsOf(TaskV2Definition)).toEqual(
    [
      ['State', 'Create', 'Start', 'Delete', 'Pids', 'Pause', 'Resume', 'Checkpoint', 'Kill', 'Exec'],
      ['ResizePty', 'CloseIO', 'Update', 'Wait', 'Stats', 'Connect', 'Shutdown'],
    ].flat(),
  );
});

test('the sandbox service has 9 calls', () => {
  expect(SandboxDefinition.fullName).toBe('containerd.runtime.sandbox.v1.Sandbox');
  expect(callsOf(SandboxDefinition)).toEqual(
    [
      ['CreateSandbox', 'StartSandbox', 'Platform', 'StopSandbox', 'WaitSandbox', 'SandboxStatus'],
      ['PingSandbox', 'ShutdownSandbox', 'SandboxMetrics'],
    ].flat(),
  );
});

test('events are forwarded by one call', () => {
  expect(EventsDefinition.fullName).toBe('containerd.services.events.ttrpc.v1.Events');
  expect(callsOf(EventsDefinition)).toEqual(['Forward']);
});

test('the types are those of ttrpc’s clients and handlers', () => {
  expectTypeOf<typeof TaskV3Definition>().toExtend<ServiceDescriptor>();
  expectTypeOf<Awaited<ReturnType<TaskService['state']>>>().toEqualTypeOf<StateResponse>();
  expectTypeOf<Parameters<TaskHandlers['stats']>[0]>().toEqualTypeOf<StatsRequest>();
  expectTypeOf<Parameters<EventsHandlers['forward']>[0]>().toEqualTypeOf<ForwardRequest>();
  expectTypeOf<Awaited<ReturnType<SandboxService['startSandbox']>>['pid']>().toEqualTypeOf<number>();
});
