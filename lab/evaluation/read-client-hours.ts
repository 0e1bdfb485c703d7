import type { ClientHour } from './figures/client-days.ts';
import { type DataFolder, UnreadableDataError } from './data-folder.ts';

const COLUMNS = ['model', 'client', 'hour', 'requests', 'in_mean', 'out_mean'] as const;
type Column = (typeof COLUMNS)[number];

export const isClientHoursFile = (file: string): boolean =>
  /^servegen_client_hours\.csv(?:\.gz)?$/.test(file);

/**
 * Reads client hours, leaving out those without requests or published means.
 * @throws UnreadableDataError naming the missing column
 */
export async function readClientHours(folder: DataFolder, file: string): Promise<ClientHour[]> {
  const hours: ClientHour[] = [];
  let positions: Map<string, number> | undefined;
  for await (const line of folder.lines(file)) {
    const cells = line.split(',');
    if (!positions) {
      positions = new Map(cells.map((name, index) => [name.trim(), index]));
      const absent = COLUMNS.find((name) => !positions?.has(name));
      if (absent !== undefined) {
        throw new UnreadableDataError(`${file} has no column ${absent}`);
      }
      continue;
    }
    const columns = positions;
    const cell = (column: Column): string => cells[columns.get(column) ?? -1] ?? '';
    const number = (column: Column): number => Number(cell(column) || Number.NaN);
    const hour = {
      model: cell('model'),
      client: cell('client'),
      hour: number('hour'),
      requests: number('requests'),
      inputTokens: number('in_mean'),
      outputTokens: number('out_mean'),
    };
    if (hour.hour >= 0 && hour.requests > 0 && hour.inputTokens > 0 && hour.outputTokens > 0) {
      hours.push(hour);
    }
  }
  return hours;
}
