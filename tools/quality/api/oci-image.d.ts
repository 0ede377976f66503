/// <reference types="node" preserve="true" />
interface StorePaths {
  readonly directory: string;
  readonly ociLayout: string;
  readonly index: string;
  readonly blobs: string;
  readonly trees: string;
  readonly roots: string;
  readonly pulls: string;
  readonly locks: string;
}
interface StoreContext {
  readonly paths: StorePaths;
  readonly skopeo: string;
  readonly umoci: string;
}
interface Collected {
  readonly blobs: number;
  readonly bytes: number;
  readonly trees: number;
  readonly leftovers: number;
}
interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}
interface ImageConfig {
  readonly platform: Platform;
  readonly created: string | undefined;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: readonly string[];
  readonly user: string;
  readonly workdir: string;
  readonly volumes: readonly string[];
  readonly exposedPorts: readonly string[];
  readonly stopSignal: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}
interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids?: readonly number[];
}
interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}
export declare function userIn(files: UserFiles, user: string, image: string): ContainerUser;
interface ImageSpecOptions {
  readonly args?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
}
interface ImageSpec {
  readonly process: {
    readonly args: readonly string[];
    readonly cwd: string;
    readonly env: readonly string[];
    readonly user: ContainerUser;
  };
  readonly annotations: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly exposedPorts: readonly string[];
  readonly stopSignal: string;
}
type ImageErrorCode = 'ERR_IMAGE_ARGUMENT' | 'ERR_IMAGE_BUSY' | 'ERR_IMAGE_CONFIG' | 'ERR_IMAGE_DAMAGED' | 'ERR_IMAGE_DENIED' | 'ERR_IMAGE_EXISTS' | 'ERR_IMAGE_NOT_FOUND' | 'ERR_IMAGE_NO_SPACE' | 'ERR_IMAGE_PERMISSION' | 'ERR_IMAGE_PLATFORM' | 'ERR_IMAGE_REGISTRY' | 'ERR_IMAGE_ROOT_NOT_FOUND' | 'ERR_IMAGE_STORE' | 'ERR_IMAGE_TIMEOUT' | 'ERR_IMAGE_TOO_MANY_REQUESTS' | 'ERR_IMAGE_TOOL_FAILED' | 'ERR_IMAGE_TOOL_MISSING' | 'ERR_IMAGE_TOOL_VERSION' | 'ERR_IMAGE_UNKNOWN' | 'ERR_IMAGE_UNSUPPORTED' | 'ERR_IMAGE_USER';
interface ImageErrorFacts {
  readonly image?: string | undefined;
  readonly path?: string | undefined;
  readonly tool?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly stderr?: string | undefined;
}
export declare class ImageError extends Error {
  readonly code: ImageErrorCode;
  readonly image: string | undefined;
  readonly path: string | undefined;
  readonly tool: string | undefined;
  readonly exitCode: number | undefined;
  readonly stderr: string;
  constructor(code: ImageErrorCode, message: string, facts?: ImageErrorFacts & ErrorOptions);
}
interface Image {
  readonly name: string;
  readonly digest: string;
  readonly platform: string;
  readonly bytes: number;
  readonly pulledAt: Date | undefined;
  readonly config: ImageConfig;
}
interface PullProgress {
  readonly stage: 'waiting' | 'downloading' | 'unpacking' | 'done';
  readonly bytes: number;
}
type Credentials = {
  readonly username: string;
  readonly password: string;
} |
{
  readonly identityToken: string;
};
interface PullOptions {
  readonly name?: string;
  readonly platform?: string;
  readonly when?: 'missing' | 'always';
  readonly credentials?: Credentials;
  readonly authFile?: string;
  readonly insecure?: boolean;
  readonly certificates?: string;
  readonly policy?: string;
  readonly retries?: number;
  readonly timeoutMs?: number;
  readonly stallTimeoutMs?: number;
  readonly unpack?: boolean;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly signal?: AbortSignal;
}
type RootKind = 'overlay' | 'copy';
interface RootRecord {
  readonly id: string;
  readonly image: string;
  readonly digest: string;
  readonly tree: string;
  readonly kind: RootKind;
  readonly writableBytes: number | undefined;
}
interface RootMount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}
export declare class ContainerRoot {
  #private;
  readonly id: string;
  readonly image: string;
  readonly digest: string;
  readonly kind: RootKind;
  readonly writableBytes: number | undefined;
  readonly path: string;
  readonly mounts: readonly RootMount[];
  constructor(context: StoreContext, record: RootRecord);
  spec(options?: ImageSpecOptions): Promise<ImageSpec>;
  isMounted(): Promise<boolean>;
  mount(): Promise<void>;
  unmount(): Promise<void>;
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}
interface CreateRootOptions {
  readonly id: string;
  readonly image: string;
  readonly platform?: string;
  readonly kind?: 'auto' | RootKind;
  readonly writableBytes?: number;
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
  readonly mount?: boolean;
  readonly signal?: AbortSignal;
}
interface ImageStoreOptions {
  readonly directory: string | URL;
  readonly skopeo?: string;
  readonly umoci?: string;
}
interface PlatformOptions {
  readonly platform?: string;
}
interface AbortOptions {
  readonly signal?: AbortSignal;
}
export declare class ImageStore {
  #private;
  readonly directory: string;
  constructor(options: ImageStoreOptions);
  pull(image: string, options?: PullOptions): Promise<Image>;
  list(): Promise<readonly Image[]>;
  get(image: string, options?: PlatformOptions): Promise<Image>;
  tag(image: string, name: string, options?: PlatformOptions & AbortOptions): Promise<Image>;
  remove(name: string, options?: AbortOptions): Promise<void>;
  collectGarbage(options?: AbortOptions): Promise<Collected>;
  createRoot(options: CreateRootOptions): Promise<ContainerRoot>;
  root(id: string): Promise<ContainerRoot>;
  roots(): Promise<readonly ContainerRoot[]>;
}
interface CopyTreeOptions {
  readonly oneFileSystem?: boolean;
  readonly signal?: AbortSignal | undefined;
}
export declare function copyTree(from: string, to: string, options?: CopyTreeOptions): Promise<void>;
export type { AbortOptions, Collected, ContainerUser, CopyTreeOptions, CreateRootOptions, Credentials, IdMapping, Image, ImageConfig, ImageErrorCode, ImageErrorFacts, ImageSpec, ImageSpecOptions, ImageStoreOptions, Platform, PlatformOptions, PullOptions, PullProgress, RootKind, RootMount, UserFiles };
