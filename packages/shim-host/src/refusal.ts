import { ShimAddressError } from '@shimwright/shim-address';
import { TtrpcError } from '@shimwright/ttrpc';
import { ShimHostError } from './errors.ts';

/** How a shared process answers that it cannot listen at an address: the error as a status of ttrpc. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof ShimAddressError) return TtrpcError.status('INVALID_ARGUMENT', error.message);
  if (!(error instanceof ShimHostError)) return error;
  const status = error.code === 'ERR_SHIM_ADDRESS_IN_USE' ? 'ALREADY_EXISTS' : 'PERMISSION_DENIED';
  return TtrpcError.status(status, error.message);
}

/** The error that such an answer means to the client; any other error as it is. */
export function errorOfRefusal(error: unknown, path: string): unknown {
  if (!(error instanceof TtrpcError)) return error;
  switch (error.status) {
    case 'ALREADY_EXISTS':
      return new ShimHostError('ERR_SHIM_ADDRESS_IN_USE', error.message, { path, cause: error });
    case 'INVALID_ARGUMENT':
    case 'PERMISSION_DENIED':
      return new ShimHostError('ERR_SHIM_ADDRESS', error.message, { path, cause: error });
    default:
      return error;
  }
}
