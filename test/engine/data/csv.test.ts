import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "node:test";
import fc from "fast-check";
import { csv } from "../../../src/engine/data/csv.ts";
import type { Dataset } from "../../../src/engine/data/data.ts";
import { DataError } from "../../../src/engine/data/error.ts";
import { FirstRowReader } from "../../../src/engine/data/formats/firstRow.ts";
import { Records } from "../../../src/engine/data/formats/records.ts";
import { TextBytes } from "../../../src/engine/data/formats/text.ts";
import type { Reading } from "../../../src/engine/data/reading.ts";
import { parse } from "../../../src/model/parse.ts";
import { inPieces, load, normalized, refuses, utf8, required } from "../../support/data.ts";

type Given = Readonly<Record<string, unknown>>;

const read = (text: string, given: Given, asked = required([2], [1], "number")): Dataset => {
  return load(csv, { path: "d.csv", ...given }, [utf8(text)], asked);
};
const example = (name: string): string =>
  readFileSync(new URL(`../../../examples/data/${name}`, import.meta.url), "utf8");

interface Row {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Every row of a file, for which its separator is found out first. */
function* reading(): Reading<readonly Row[]> {
  const file = { path: "d.csv" };
  const first = new FirstRowReader(file.path, [",", ";", "\t"], 10);
  yield { file, sink: new TextBytes(file.path, first) };
  const rows: Row[] = [];
  let fields: string[] = [];
  const records = new Records(file.path, first.found?.separator ?? ",", {
    field: (_column, bytes, start, end) =>
      void fields.push(new TextDecoder().decode(bytes.subarray(start, end))),
    row(_count, line) {
      rows.push({ line, fields });
      fields = [];
      return true;
    },
  });
  yield { file, sink: new TextBytes(file.path, records) };
  return rows;
}

const records = (bytes: Uint8Array): readonly Row[] => inPieces(reading, [bytes]);

suite("csv rows", () => {
  const rows = (text: string) => records(utf8(text));
  const cases: readonly (readonly [string, string, readonly (readonly string[])[]])[] = [
    [
      "plain fields",
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "CRLF, no end of the last line",
      "a,b\r\n1,2",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["a byte order mark", "\ufeffa,b\n", [["a", "b"]]],
    [
      "quotes, with separators, quotes and line ends within",
      'a,"b,""c"""\n"x\ny",2\n',
      [
        ["a", 'b,"c"'],
        ["x\ny", "2"],
      ],
    ],
    [
      "empty fields",
      ',\n"",""\n',
      [
        ["", ""],
        ["", ""],
      ],
    ],
    ["a quote within a field is a character", 'a,5" disk\n', [["a", '5" disk']]],
    ["empty lines", "a\n\n\nb\n", [["a"], ["b"]]],
    ["empty lines within quotes", '"a\n\nb"\n', [["a\n\nb"]]],
    [
      "semicolons",
      'a;"b,c"\n1,5;2\n',
      [
        ["a", "b,c"],
        ["1,5", "2"],
      ],
    ],
    ["tabs", "a\tb\n", [["a", "b"]]],
    ["nothing", "", []],
  ];
  for (const [name, text, expected] of cases) {
    test(name, () =>
      assert.deepEqual(
        rows(text).map(({ fields }) => fields),
        expected,
      ),
    );
  }

  test("a row is named by the line on which it begins", () => {
    assert.deepEqual(
      rows('a\n"b\nc"\n\nd\n').map(({ line }) => line),
      [1, 2, 5],
    );
  });

  test("whatever was quoted is read back", () => {
    const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
    const field = fc.string({ unit: fc.constantFrom("a", "é", "🙂", '"', ",", ";", "\n", " ") });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 2 }));
    fc.assert(
      fc.property(table, (expected) => {
        const text = ["x,y", ...expected.map((row) => row.map(quoted).join(","))].join("\n");
        assert.deepEqual(
          rows(text)
            .slice(1)
            .map(({ fields }) => fields),
          expected,
        );
      }),
    );
  });

  test("a file longer than a block of decoding is read whole", () => {
    const count = 200_000;
    const row = `1.25,${"ö".repeat(50)}\n`; // 106 bytes: more than 16 MiB in all
    let [sum, length, last] = [0, 0, 0];
    for (const { line, fields } of records(utf8(row.repeat(count)))) {
      sum += Number(fields[0]);
      length += fields[1].length;
      last = line;
    }
    assert.deepEqual([sum, length, last], [1.25 * count, 50 * count, count]);
  });
});

suite("csv data", () => {
  test("inputs are all columns but the target, in the order of the file", () => {
    const { samples, inputs, targets, target } = read("a,t,b\n1,2,3\n4,5,6e-1\n", { target: "t" });
    assert.deepEqual([samples, target, [...targets]], [2, [1], [2, 5]]);
    assert.deepEqual([...inputs], [1, 3, 4, Math.fround(0.6)]);
  });

  test("`columns` chooses and orders, several targets are one output each", () => {
    const given = { target: ["t", "a"], columns: ["c", "b"] };
    const { inputs, targets } = read(
      "a,b,c,t,u\n1,2,3,4,x\n5,6,7,8,y\n",
      given,
      required([2], [2], "number"),
    );
    assert.deepEqual(
      [[...inputs], [...targets]],
      [
        [3, 2, 7, 6],
        [4, 1, 8, 5],
      ],
    );
  });

  test("without a header columns go by number", () => {
    const { samples, targets } = read("1,2,3\n4,5,6\n", { target: 0, header: false });
    assert.deepEqual([samples, [...targets]], [2, [1, 4]]);
  });

  test("names are classes, sorted by code point as in Python", () => {
    const { targets, classes, target } = read(
      "a,b,t\n1,1,🙂\n1,1,\uff5e\n1,1,Z\n1,1,a\n",
      { target: "t" },
      required([2], [4], "class"),
    );
    assert.deepEqual([classes, [...targets], target], [["Z", "a", "\uff5e", "🙂"], [3, 2, 0, 1], []]);
  });

  test("numbers are ids of classes", () => {
    const { targets, classes } = read("a,b,t\n1,1,2\n1,1,0\n", { target: "t" }, required([2], [3], "class"));
    assert.deepEqual([[...targets], classes], [[2, 0], undefined]);
  });

  test("binary targets are 0 and 1, or two names of which the second is 1", () => {
    const binary = required([2], [1], "binary");
    assert.deepEqual([...read("a,b,t\n1,1,1\n1,1,0\n", { target: "t" }, binary).targets], [1, 0]);
    const named = read("a,b,t\n1,1,yes\n1,1,no\n", { target: "t" }, binary);
    assert.deepEqual(
      [[...named.targets], named.classes],
      [
        [1, 0],
        ["no", "yes"],
      ],
    );
  });

  test("wine, normalised: as NumPy has it", () => {
    const data = read(example("wine.csv"), { target: "cultivar" }, required([13], [3], "class"));
    assert.deepEqual([data.samples, data.classes], [178, ["class_0", "class_1", "class_2"]]);
    const inputs = normalized(data);
    // (x - x.mean(0)) / x.std(0) in float64
    for (const [i, expected] of [
      [0, 1.51861196],
      [1, -0.56224976],
      [178 * 13 - 1, -0.5951604112483522],
    ]) {
      assert.ok(Math.abs(inputs[i] - expected) < 1e-6, `${i}: ${inputs[i]}`); // half an ulp of a single at 1.5, and NumPy's print
    }
  });

  test("iris and breast_cancer are read whole", () => {
    const iris = read(example("iris.csv"), { target: "species" }, required([4], [3], "class"));
    assert.deepEqual([iris.samples, iris.classes], [150, ["setosa", "versicolor", "virginica"]]);
    const cancer = read(example("breast_cancer.csv"), { target: "diagnosis" }, required([30], [1], "binary"));
    assert.deepEqual([cancer.samples, cancer.classes], [569, ["benign", "malignant"]]);
    assert.equal(
      cancer.targets.reduce((sum, t) => sum + t, 0),
      212,
    ); // malignant cells, by the data set's description
  });
});

suite("csv in other notations", () => {
  const inputs = (text: string, given: Given) => [...read(text, { target: "t", ...given }).inputs];
  const same = [1234.5, -2.5, 1e6, 3];
  const cases: readonly (readonly [name: string, text: string, Given])[] = [
    ["with decimal commas", "a;b;t\n1234,5;-2,5;0\n1e6;3;1\n", { decimal: "," }],
    [
      "with decimal commas and points between thousands",
      "a;b;t\n1.234,5;-2,5;0\n1.000.000;3;1\n",
      { decimal: ",", thousands: "." },
    ],
    [
      "with commas between thousands, quoted",
      'a,b,t\n"1,234.5",-2.5,0\n"1,000,000",3,1\n',
      { thousands: "," },
    ],
    ["with decimal commas, quoted", 'a,b,t\n"1234,5","-2,5",0\n1e6,3,1\n', { decimal: "," }],
    ["with apostrophes", "a,b,t\n1'234.5,-2.5,0\n1'000'000,3,1\n", { thousands: "'" }],
    ["with narrow spaces", "a,b,t\n1\u202f234.5,-2.5,0\n1000\u202f000,3,1\n", { thousands: "\u202f" }],
    ["with bars", "a|b|t\n1234.5|-2.5|0\n1e6|3|1\n", { delimiter: "|" }],
    ["with spaces", "a b t\n1234.5 -2.5 0\n1e6 3 1\n", { delimiter: " " }],
    ["with tabs, though commas come first", "a,x\tb\tt\n1234.5\t-2.5\t0\n1e6\t3\t1\n", { delimiter: "\t" }],
  ];
  for (const [name, text, given] of cases) test(name, () => assert.deepEqual(inputs(text, given), same));

  test("a target is read in the same notation, and names are names", () => {
    const given = { target: "t", decimal: ",", thousands: "." };
    assert.deepEqual([...read("a;b;t\n1;2;1.000,5\n1;2;,25\n", given).targets], [1000.5, 0.25]);
    const { classes } = read("a;b;t\n1;2;1,5 l\n1;2;1.000 l\n", given, required([2], [2], "class"));
    assert.deepEqual(classes, ["1,5 l", "1.000 l"]);
  });

  for (const [text, given, message] of [
    ["a;b;t\n1.5;2;3\n", { decimal: "," }, 'd.csv, line 2, column "a": expected a number, found "1.5"'],
    [
      'a,b,t\n"1,,000",2,3\n',
      { thousands: "," },
      'd.csv, line 2, column "a": expected a number, found "1,,000"',
    ],
    ['a,b,t\n"1,",2,3\n', { thousands: "," }, 'd.csv, line 2, column "a": expected a number, found "1,"'],
    ["a,b,t\n1.5'5,2,3\n", { thousands: "'" }, `d.csv, line 2, column "a": expected a number, found "1.5'5"`],
  ] as const) {
    test(message, () => refuses(() => inputs(text, given), message));
  }

  test("one sign for two things is a problem of the model file", () => {
    const fields = { input: [2], layers: [{ type: "Linear", out_features: 1 }], loss: "MSELoss" };
    const data = { type: "csv", path: "d.csv", target: "t", decimal: ",", thousands: "," };
    const { problems } = parse(JSON.stringify({ models: { m: { ...fields, data } } }));
    assert.deepEqual(
      problems.map(({ code, message }) => [code, message]),
      [["data.inconsistent", '"decimal" and "thousands" are both ",": a number could mean either']],
    );
    for (const delimiter of ["", ";;", '"', "\n", "1", "é"]) {
      const { problems } = parse(
        JSON.stringify({ models: { m: { ...fields, data: { ...data, decimal: ".", delimiter } } } }),
      );
      assert.match(
        problems[0]?.message ?? "",
        /delimiter: expected one sign such as ",", ";", "\\t" or "\|"/,
      );
    }
  });
});

suite("csv in other encodings", () => {
  const text = "größe,b,t\n1,2,a🙂\n3,4,é\n";
  const utf16 = (text: string, little: boolean): Uint8Array => {
    const view = new DataView(new ArrayBuffer(2 * text.length));
    for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), little);
    return new Uint8Array(view.buffer);
  };
  const given = { path: "d.csv", target: "t", columns: ["größe", "b"] };
  const expected = load(csv, given, [utf8(text)], required([2], [2], "class"));

  for (const [name, bytes] of [
    ["UTF-8 with a byte order mark", utf8(`\ufeff${text}`)],
    ["UTF-16, little-endian", utf16(`\ufeff${text}`, true)],
    ["UTF-16, big-endian", utf16(`\ufeff${text}`, false)],
  ] as const) {
    test(`${name} gives the same`, () =>
      assert.deepEqual(load(csv, given, [bytes], required([2], [2], "class")), expected));
  }

  test("what is wrong with the first row comes before what is no text behind it", () => {
    const bytes = Uint8Array.of(0, 10, 0xc2, 0); // as short as a byte order mark could be
    refuses(
      () => load(csv, { path: "d.csv", target: "t", header: false }, [bytes], required([2], [1], "number")),
      'd.csv: "header" is false: expected the number of a column, found "t"',
    );
  });

  test("half a pair of surrogates, or half a unit, is refused by its line", () => {
    const half = utf16("\ufeffa,b,t\n1,\ud83d,3\n", true);
    refuses(() => records(half), "d.csv, line 2: not UTF-16: save the file as UTF-8");
    const odd = utf16("\ufeffa,b,t\n1,2,3\n", true).subarray(0, -1);
    refuses(() => records(odd), "d.csv, line 2: not UTF-16: save the file as UTF-8");
  });

  test("UTF-8 is told from other bytes as a decoder tells it", () => {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const isUtf8 = (bytes: Uint8Array): boolean => {
      try {
        decoder.decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    const byte = fc.constantFrom(
      ...[0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xee, 0xef],
      ...[0xf0, 0xf1, 0xf4, 0xf5, 0xff],
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 8 }), (body) => {
        const bytes = Uint8Array.from([0x41, ...body]);
        if (isUtf8(bytes)) records(bytes);
        else refuses(() => records(bytes), "d.csv, line 1: not UTF-8: save the file as UTF-8");
      }),
      { numRuns: 3000 },
    );
  });
});

suite("a csv file that cannot be used is refused in words", () => {
  const number = required([2], [1], "number");
  const classes = required([2], [2], "class");
  const binary = required([2], [1], "binary");
  const t = { target: "t" };
  const cases: readonly (readonly [text: string, Given, typeof number, message: string])[] = [
    ["", t, number, "d.csv: the file is empty"],
    ["a,b,t\n", t, number, "d.csv: no rows below the first line"],
    ["a,b,t\n1,2,3\n1,,3\n", t, number, 'd.csv, line 3, column "b": the value is missing'],
    ["a,b,t\n1,2,3\n1,?,3\n", t, number, 'd.csv, line 3, column "b": the value is missing ("?")'],
    ["a,b,t\n1,2,\n", t, number, 'd.csv, line 2, column "t": the value is missing'],
    ["a,b,t\n1,2,0\n1,2,NA\n", t, classes, 'd.csv, line 3, column "t": the value is missing ("NA")'],
    ["a,b,t\n1,red,3\n", t, number, 'd.csv, line 2, column "b": expected a number, found "red"'],
    ["a,b,t\n1,0x10,3\n", t, number, 'd.csv, line 2, column "b": expected a number, found "0x10"'],
    [
      "a,b,t\n1,1e999,3\n",
      t,
      number,
      'd.csv, line 2, column "b": 1e999 does not fit a 32-bit float (up to 3.4e38)',
    ],
    [
      "a,b,t\n1,2,4e38\n",
      t,
      number,
      'd.csv, line 2, column "t": 4e38 does not fit a 32-bit float (up to 3.4e38)',
    ],
    ["a,b,t\n1,2,Infinity\n", t, number, 'd.csv, line 2, column "t": expected a number, found "Infinity"'],
    ["a,b,t\n1,2\n", t, number, "d.csv, line 2: 2 values, but the first line has 3"],
    ["a,b,t\n1,2,3,4\n", t, number, "d.csv, line 2: 4 values, but the first line has 3"],
    [
      "a,b,target\n1,2,3\n",
      { target: "Targt" },
      number,
      'd.csv: there is no column "Targt": did you mean "target"?',
    ],
    [
      "a,b,t\n1,2,3\n",
      { target: "weight" },
      number,
      'd.csv: there is no column "weight": the file has "a", "b", "t"',
    ],
    ["a,b,t\n1,2,3\n", { target: 3 }, number, "d.csv: there is no column 3: the file has 3, 0 to 2"],
    [
      "1,2,3\n",
      { target: "t", header: false },
      number,
      'd.csv: "header" is false: expected the number of a column, found "t"',
    ],
    ["a,b,t\n1,2,3\n", { ...t, columns: ["a", 0] }, number, 'd.csv, column "a": named twice in "columns"'],
    [
      `${"a,".repeat(2 ** 18)}t\n`,
      t,
      number,
      "d.csv: 262145 columns: files of up to 262144 columns are read",
    ],
    [
      `a,b,t\n${"x".repeat(1000)},2,3\n`,
      t,
      number,
      `d.csv, line 2, column "a": expected a number, found "${"x".repeat(30)}…${"x".repeat(29)}"`,
    ],
    ["a,a,t\n1,2,3\n", { target: "a" }, number, 'd.csv: two columns are named "a": give its number instead'],
    [
      "a,b,t\n1,2,3\n",
      { ...t, columns: ["a", "t"] },
      number,
      'd.csv, column "t": named in "columns" and in "target": it would be its own answer',
    ],
    ["a,t\n1,2\n", t, number, `d.csv: the samples have the shape [1], but the model's "input" is [2]`],
    [
      "a,b,t,u\n1,2,3,4\n",
      { target: ["t", "u"] },
      number,
      "d.csv: the targets have the shape [2], but the loss of the output [1] takes [1] for each sample",
    ],
    [
      "a,b,t,u\n1,2,3,4\n",
      { target: ["t", "u"] },
      classes,
      "d.csv: the targets have the shape [2], but the loss of the output [2] takes [] for each sample",
    ],
    [
      "a,b,t\n1,2,1\n1,2,2\n",
      t,
      classes,
      'd.csv, line 3, column "t": the target is class 2, but the model has 2 outputs: expected 0 to 1',
    ],
    [
      "a,b,t\n1,2,0.5\n",
      t,
      classes,
      'd.csv, line 2, column "t": expected the id of a class, an integer from 0 to 1, found 0.5',
    ],
    [
      "a,b,t\n1,2,x\n1,2,y\n1,2,z\n",
      t,
      classes,
      'd.csv, line 4, column "t": "z" is class number 3, but the model has 2 outputs',
    ],
    ["a,b,t\n1,2,2\n", t, binary, 'd.csv, line 2, column "t": expected a target from 0 to 1, found 2'],
    [
      "a,b,t\n1,2,x\n1,2,y\n1,2,z\n",
      t,
      binary,
      'd.csv, line 4, column "t": expected 0 and 1 or two names, found a third: "z" after "x" and "y"',
    ],
    ["a,b,t\n1,2,x\n", t, binary, 'd.csv, line 2, column "t": expected 0 and 1 or two names, found only "x"'],
    ['a,b,t\n1,"2,3\n', t, number, "d.csv, line 2: a quote is opened and never closed"],
    ['a,b,t\n1,"2"x,3\n', t, number, 'd.csv, line 2: expected a separator after a closing quote, found "x"'],
    [
      `a,b,t\n1,"${`${"x".repeat(50)}\n`.repeat(25_000)}`,
      t,
      number,
      "d.csv, line 2: a quoted field is longer than 1048576 characters: is a quote never closed?",
    ],
  ];
  for (const [text, given, asked, message] of cases)
    test(message, () => refuses(() => read(text, given, asked), message));

  test("text that is not UTF-8, by its line", () => {
    const bytes = Uint8Array.from([...utf8("a,b,t\n1,2,3\n1,"), 0xff, ...utf8(",3\n")]);
    refuses(() => records(bytes), "d.csv, line 3: not UTF-8: save the file as UTF-8");
  });

  test("a line without end", () => {
    refuses(() => records(new Uint8Array(2 ** 24 + 2).fill(65)), /line 1: longer than 16777216 bytes/);
  });
});

test("csv throws nothing but DataError, whatever the bytes", () => {
  const text = fc
    .string({ unit: fc.constantFrom("a", "t", "1", ".", "e", "-", ",", '"', "\n", "\r", ";", "é", "") })
    .map(utf8);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    text,
    text.map((body) => utf8("a,b,t\n1,2,1\n" + new TextDecoder().decode(body))),
  );
  const asked = fc.constantFrom(
    required([2], [1], "number"),
    required([2], [2], "class"),
    required([1], [1], "binary"),
  );
  const target = fc.constantFrom<unknown>("t", 0, ["a", "t"]);
  fc.assert(
    fc.property(bytes, asked, target, fc.boolean(), (bytes, asked, target, header) => {
      try {
        const { samples, inputs, targets } = load(csv, { path: "d.csv", target, header }, [bytes], asked);
        assert.ok(samples > 0 && inputs.every(Number.isFinite) && targets.every(Number.isFinite));
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
