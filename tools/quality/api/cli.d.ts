/// <reference types="node" preserve="true" />
export declare function main(args: readonly string[]): Promise<void>;
