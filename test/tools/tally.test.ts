import { suite, test } from "node:test";
import assert from "node:assert/strict";
import { tallyOfFiles, type FileReport } from "../tally.mjs";

const report = (file: string, over: Partial<FileReport> = {}): FileReport => {
  return { file, tests: 2, passed: 2, failed: 0, ok: true, ...over };
};

suite("the tally of a run of tests", () => {
  test("adds up what the files report", () => {
    const reports = [report("a"), report("b", { passed: 1, failed: 1, ok: false })];
    assert.deepEqual(tallyOfFiles(["a", "b"], reports, 1), { passed: 3, failed: 1, complaints: [] });
  });

  const silent = [
    { name: "a file that did not report", files: ["a", "b"], reports: [report("a")], code: 0 },
    { name: "a file without a test", files: ["a"], reports: [report("a", { tests: 0, passed: 0 })], code: 0 },
    {
      name: "a file that failed outside of its tests",
      files: ["a"],
      reports: [report("a", { ok: false })],
      code: 1,
    },
    { name: "a bad exit code after tests that passed", files: ["a"], reports: [report("a")], code: 3 },
    { name: "a stage without files", files: [], reports: [], code: 0 },
  ];
  for (const { name, files, reports, code } of silent) {
    test(`counts ${name} as one failure`, () => {
      const { failed, complaints } = tallyOfFiles(files, reports, code);
      assert.equal(failed, 1);
      assert.equal(complaints.length, 1);
    });
  }
});
