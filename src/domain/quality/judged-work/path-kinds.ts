const testFolder = /(?:^|\/)(?:tests?|__tests__|specs?|e2e|testing)\//i;
const testName =
  /(?:^|\/)(?:test_[^/]+\.py|conftest\.py|tests?\.[a-z]+|[^/]+[._-](?:test|tests|spec|specs|e2e|cy)\.[a-z]+|[^/]*(?:[a-z0-9]Tests?|Spec)\.(?:java|kt|cs|scala|swift|groovy|php|hs|ts|js))$/;
const codeEnding =
  /\.(?:[cm]?[jt]sx?|py|rb|go|rs|java|kt|kts|scala|cs|fs|cpp|cc|cxx|c|h|hpp|php|swift|dart|ex|exs|erl|hs|clj|lua|sh|bash|bats|zig|jl|r|pl|vue|svelte|groovy|sql|feature)$/i;
const testData =
  /(?:^|\/)(?:fixtures?|__fixtures__|testdata|test-data|__snapshots__|snapshots?|goldens?|mocks?|__mocks__|cassettes)\//i;

/** Programs that judge other programs; not the data that they read. */
export const isTestFile = (path: string): boolean =>
  codeEnding.test(path) && !testData.test(path) && (testFolder.test(path) || testName.test(path));

/** Tests and all that is only there for them. */
export const isForTests = (path: string): boolean =>
  testFolder.test(path) || testData.test(path) || testName.test(path);

export const isCode = (path: string): boolean => codeEnding.test(path);

export const isProse = (path: string): boolean =>
  /\.(?:md|mdx|markdown|rst|adoc|txt|html?)$/i.test(path) || /(?:^|\/)(?:docs?|documentation)\//i.test(path);

/** A file that shows what settings look like, not what they are. */
export const isExample = (path: string): boolean => /(?:example|sample|template|\.dist$|\bdemo)/i.test(path);

export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** `parser` of `src/parser.ts`, `test/parser.test.ts`, `tests/test_parser.py`, `ParserTest.java`. */
export const stemOf = (path: string): string =>
  nameOf(path)
    .replace(/^(test|spec)[_-]/i, "")
    .replace(/\..*$/, "")
    .replace(/[._-]?(tests?|spec|specs)$/i, "")
    .toLowerCase();
