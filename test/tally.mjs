// Counts tests such that nothing passes by not having run.

/** @typedef {{ passed: number, failed: number }} Tally */

/**
 * What a test file reports when it is through: its path in test/ without the extension, and how its tests ended.
 * `ok` is false also when a suite or a hook failed. A file that crashes or leaves early reports nothing.
 * @typedef {{ file: string, tests: number, passed: number, failed: number, ok: boolean }} FileReport
 */

/** A command that is one test. @param {number} code @returns {Tally} */
export const tallyOfCommand = (code) => (code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });

/**
 * One more failure for each file that did not report or held no test, for a failed file without a failed test, and
 * for a run that ended badly though every file did well.
 * @param {readonly string[]} files those that had to run
 * @param {readonly FileReport[]} reports
 * @param {number} code the exit code of the run
 * @returns {Tally & { complaints: string[] }}
 */
export function tallyOfFiles(files, reports, code) {
  const complaints = files.flatMap((file) =>
    complaintsAbout(
      file,
      reports.filter((report) => report.file === file),
    ),
  );
  const passed = reports.reduce((sum, report) => sum + report.passed, 0);
  const failedTests = reports.reduce((sum, report) => sum + report.failed, 0);
  if (files.length === 0) complaints.push("there are no test files");
  if (code !== 0 && failedTests + complaints.length === 0)
    complaints.push(`the run ended with exit code ${code}`);
  return { passed, failed: failedTests + complaints.length, complaints };
}

/** @param {string} file @param {FileReport[]} reports */
function complaintsAbout(file, reports) {
  if (reports.length === 0) return [`${file}: crashed, ended early or holds no test`];
  if (reports.every((report) => report.tests === 0)) return [`${file}: holds no test`];
  return reports.some((report) => !report.ok && report.failed === 0)
    ? [`${file}: failed outside of its tests`]
    : [];
}
