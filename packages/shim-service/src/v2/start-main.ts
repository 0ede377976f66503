// What a daemon waits for while no process serves the group of a container: `start`, and what that starts first. It is a program of
// its own because Node reads it in half the time that the whole takes.
import '../node-version.ts';
import { runProgram } from './program.ts';
import { startActions } from './start-actions.ts';

runProgram(startActions);
