import tseslint from "typescript-eslint";
import { eslintParser } from "./tools/assemblyScript.mjs";

/** What shows text to people, and obeys it: each has the one file that may use it, which takes quoted text alone. */
const SHOWS_TEXT = [
  "show(Information|Warning|Error)Message|showQuickPick|createQuickPick|showInputBox|createInputBox",
  "withProgress|setStatusBarMessage|createStatusBarItem|createTerminal|createTreeView",
  "MarkdownString|Hover|Diagnostic|CodeAction|CompletionItem|InlayHint|SignatureHelp",
].join("|");

const BRANDS = {
  selector: "TSAsExpression > TSTypeReference[typeName.name=/^(Plain|Markdown|Terminal)$/]",
  message: "Only src/text/quote.ts makes quoted text.",
};

const throughSay = [
  "MemberExpression[property.name",
  "MemberExpression[property.value",
  "Property[key.name",
].map((place) => ({
  selector: `${place}=/^(${SHOWS_TEXT})$/]`,
  message: "Text goes to VS Code through src/host/say.ts.",
}));

const throughOutput = [
  {
    selector: "MemberExpression[object.name='process'][property.name=/^(stdout|stderr)$/]",
    message: "The command line writes through src/cli/output.ts.",
  },
  { selector: "Identifier[name='console']", message: "The command line writes through src/cli/output.ts." },
];

const ASSEMBLY = "src/engine/assembly/**/*.ts";

export default tseslint.config(
  {
    ignores: ["dist/**", ".vscode-test/**", "tools/vscode/server/**"],
  },
  {
    // AssemblyScript's own types, of which the linter knows nothing: rules that need none. `==` compares numbers there.
    files: [ASSEMBLY],
    plugins: { "@typescript-eslint": tseslint.plugin },
    languageOptions: { parser: eslintParser },
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { args: "none", varsIgnorePattern: "^WIDE_SIMD$" }],
      "max-params": ["error", 10],
      "no-dupe-else-if": "error",
      "no-duplicate-imports": "error",
      "no-fallthrough": "error",
      "no-lonely-if": "error",
      "no-self-assign": "error",
      "no-unreachable": "error",
      "no-unused-expressions": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, ignores: [ASSEMBLY] })),
  {
    ignores: [ASSEMBLY],
    languageOptions: {
      parserOptions: {
        project: [
          "src/tsconfig.json",
          "src/tsconfig.cores.json",
          "webview/tsconfig.json",
          "test/tsconfig.json",
          "tools/tsconfig.json",
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: "error",
      // Rows of tables are plain values: no function of theirs uses `this`.
      "@typescript-eslint/unbound-method": "off",
    },
  },
  {
    // JSON.parse() is typed by a doc comment there, which the compiler sees and the linter does not.
    files: ["**/*.{js,mjs,cjs}"],
    rules: { "@typescript-eslint/no-unsafe-assignment": "off", "@typescript-eslint/no-unsafe-return": "off" },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/host/say.ts", "src/text/quote.ts", "src/cli/output.ts"],
    rules: { "no-restricted-syntax": ["error", BRANDS, ...throughSay, ...throughOutput] },
  },
  { files: ["src/host/say.ts"], rules: { "no-restricted-syntax": ["error", BRANDS, ...throughOutput] } },
  { files: ["src/cli/output.ts"], rules: { "no-restricted-syntax": ["error", BRANDS, ...throughSay] } },
  {
    // An argument is passed as one. What a thread has of its own is in one file, and set once.
    files: [ASSEMBLY],
    ignores: ["src/engine/assembly/simd/memory.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        {
          selector: ":matches(Program, Program > ExportNamedDeclaration) > VariableDeclaration[kind='let']",
          message: "Only simd/memory.ts has variables of a module.",
        },
      ],
    },
  },
  { files: ["*.config.js", "bench/peers/**/*.mjs"], ...tseslint.configs.disableTypeChecked },
  {
    // node:test's suite() and test() return promises that the runner awaits.
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", name: ["test", "suite", "describe", "it"], package: "node:test" },
          ],
        },
      ],
    },
  },
);
