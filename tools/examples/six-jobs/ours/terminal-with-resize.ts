import { start } from '@shimwright/containers';

await using shell = await start({ image: 'alpine:3.22', args: ['sh'], terminal: true, stdin: true });
using terminal = await shell.attach({ logs: true });
await shell.resize({ columns: 100, rows: 30 });
terminal.stdin.write('stty size; exit\n');
for await (const { data } of terminal) process.stdout.write(data);
