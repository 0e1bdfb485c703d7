/** Exits with a helpful message if the system's Node is older than Lambda's. */
export function requireNode24(): void {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24) return;
  console.error(`Purser needs Node 24 or newer; this is ${process.versions.node}.`);
  console.error('Run it through npm (npm run …), which uses the Node that npm ci installed.');
  process.exit(2);
}
