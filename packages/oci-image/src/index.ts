/// <reference types="node" preserve="true" />
export type { Collected } from './collect-garbage.ts';
export type { ImageConfig } from './config/image-config.ts';
export type { ImageSpec, ImageSpecOptions } from './config/image-spec.ts';
export { type ContainerUser, type UserFiles, userIn } from './config/user.ts';
export { ImageError, type ImageErrorCode, type ImageErrorFacts } from './errors.ts';
export type { Image } from './image.ts';
export {
  type AbortOptions,
  ImageStore,
  type ImageStoreOptions,
  type PlatformOptions,
} from './image-store.ts';
export type { Credentials, PullOptions } from './pull/pull-options.ts';
export type { PullProgress } from './pull/pull-progress.ts';
export type { Platform } from './reference/platform.ts';
export { ContainerRoot, type RootMount } from './roots/container-root.ts';
export { type CopyTreeOptions, copyTree } from './roots/copy-tree.ts';
export type { CreateRootOptions } from './roots/root-options.ts';
export type { RootKind } from './roots/root-record.ts';
export type { IdMapping } from './trees/id-mappings.ts';
