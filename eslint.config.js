import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: ["dist/**", ".vscode-test/**", "tools/vscode/server/**", "src/engine/kernels/wasm/assembly/**"],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
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
