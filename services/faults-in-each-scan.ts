const SCANS = 3;

/**
 * Repeats a table scan while it finds faults, up to three times. A scan is not a snapshot and may
 * show a fault that concurrent writes have already fixed, so this reports only the faults that
 * every scan shows.
 * @param textOf identifies a fault
 * @returns the last report, with the faults that every scan has shown
 */
export async function faultsInEachScan<Report, Fault>(
  scan: () => Promise<{ report: Report; faults: Fault[] }>,
  textOf: (fault: Fault) => string,
): Promise<{ report: Report; faults: Fault[] }> {
  let { report, faults } = await scan();
  for (let scans = 1; scans < SCANS && faults.length > 0; scans += 1) {
    const before = new Set(faults.map(textOf));
    const again = await scan();
    report = again.report;
    faults = again.faults.filter((fault) => before.has(textOf(fault)));
  }
  return { report, faults };
}
