/** The gRPC status codes by name, at the index that is their number; see google/rpc/code.proto. */
export const statusNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** The name of a gRPC status code, for example `NOT_FOUND`. */
export type StatusName = (typeof statusNames)[number];

/** The name of a status code; `UNKNOWN` for a number that gRPC does not define. */
export function statusName(code: number): StatusName {
  return statusNames[code] ?? 'UNKNOWN';
}

/** The number of a status code; that of `UNKNOWN` for a name that gRPC does not define. */
export function statusCode(name: unknown): number {
  return statusNames.indexOf(isStatusName(name) ? name : 'UNKNOWN');
}

/** Whether that is the name of a gRPC status. */
export function isStatusName(name: unknown): name is StatusName {
  return (statusNames as readonly unknown[]).includes(name);
}
