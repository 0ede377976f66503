import { OciRuntimeError } from '@shimwright/oci-runtime';

/** A failure of the OCI runtime as the stock shim words it: what was done, then the runtime's own last error. */
export function runtimeFailure(doing: string, error: unknown): Error {
  const words = error instanceof OciRuntimeError ? (lastWords(error) ?? error.message) : messageOf(error);
  return new Error(`${doing}: ${words}`, { cause: error });
}

function lastWords({ log }: OciRuntimeError): string | undefined {
  return log.findLast(({ level }) => level === 'error')?.message.trim();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
