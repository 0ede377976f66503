/// <reference types="node" preserve="true" />
export { main } from './main.ts';
