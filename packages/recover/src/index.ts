/// <reference types="node" preserve="true" />
export { RecoverError, type RecoverErrorCode } from './errors.ts';
export type { Finding, Found, RecoveredExit } from './finding.ts';
export { recover } from './recover.ts';
export type { RecoverConfig, RecoverOptions, RecoverProgress } from './site.ts';
