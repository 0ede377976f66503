/** The directory, in a container's bundle, with the pipes of its first process. */
export const PIPES = 'io';
