/** Declarations of tests in the languages that we know, one line each. */
const declarations: readonly RegExp[] = [
  /^\s*(?:it|test|specify|fit|Deno\.test)(?:\.(?:concurrent|only|each|skip|todo|failing|fails|for|serial|sequential|runIf|skipIf)\b.*?)?\s*[(`]/,
  /^\s*(?:await\s+)?t\.test\s*\(/,
  /^\s*(?:async\s+)?def\s+test\w*\s*\(/,
  /^\s*func\s+(?:\([^)]*\)\s*)?(?:Test|Fuzz|Example)\w*\s*\(/,
  /^\s*#\[(?:\w+::)?(?:test|rstest|test_case)\b/,
  /^\s*@(?:Test|ParameterizedTest|RepeatedTest)\b/,
  /^\s*\[(?:Fact|Theory|Test|TestCase|TestMethod)\b/,
  /^\s*(?:it|specify|scenario|test)\s+["']/,
  /^\s*(?:public\s+)?function\s+test\w+\s*\(/,
  /^\s*@test\s+["']/,
  /^\s*TEST(?:_F|_P|_CASE)?\s*\(/,
  /^\s*Scenario(?: Outline)?:/,
];

const assertions =
  /\b(?:expect(?:Type[Oo]f|Error)?\s*\(|assert\w*\s*[.(!]|assert\s|(?:t|b)\.(?:Error|Errorf|Fatal|Fatalf)\(|require\.[A-Z]\w+\(|\w+\.should\b|\bshould\.|Assert\.\w+\(|assertThat\(|self\.assert\w+\(|XCTAssert\w*\(|pytest\.raises\()/;

export const isTestCase = (line: string): boolean => declarations.some((pattern) => pattern.test(line));

/** Lines that are comments can't assert anything. */
export const isAssertion = (line: string): boolean => !isComment(line) && assertions.test(line);

export const isComment = (line: string): boolean => /^\s*(?:\/\/|#(?!\[)|\/\*|\*|<!--|--\s|;;|%|"""|''')/.test(line);

/** Many cases in one declaration. */
export const isTableOfCases = (line: string): boolean =>
  /\.each\b|\.for\s*\(|parametrize|subTest|ParameterizedTest|InlineData|t\.Run\(|b\.Run\(|rstest|#\[case|range\s+(?:tests|cases|tt)\b|for\s*\(?.*\b(?:of|in)\b/.test(
    line,
  );

const skips: readonly RegExp[] = [
  /\b(?:it|test|describe|context|suite|specify)\.(?:skip|fixme)\b/,
  /\b(?:xit|xdescribe|xtest|xspecify|xcontext)\s*[("'`]/,
  /@(?:pytest\.mark\.(?:skip|xfail)\b(?!if)|unittest\.(?:skip|expectedFailure)\b(?!If|Unless))/,
  /\b(?:pytest\.(?:skip|xfail)|self\.skipTest|unittest\.SkipTest)\s*\(/,
  /\b[tb]\.(?:Skip|Skipf|SkipNow)\s*\(/,
  /^\s*#\[ignore\b/,
  /^\s*@(?:Disabled|Ignore)\b/,
  /\[(?:Fact|Theory|Test|TestMethod)\s*\(.*\bSkip\s*=|^\s*\[Ignore\b/,
  /\$this->markTest(?:Skipped|Incomplete)\(/,
  /^\s*(?:skip|pending)(?:\s+["'(]|\s*$)/,
  /\{\s*skip:\s*(?:true|["'`])/,
];
const focuses: readonly RegExp[] = [
  /\b(?:it|test|describe|context|suite|specify)\.only\b/,
  /^\s*(?:fit|fdescribe|fcontext)\s*[("'`]/,
  /\{\s*only:\s*true/,
];

export const isSkip = (line: string): boolean => !isComment(line) && skips.some((pattern) => pattern.test(line));
export const isFocus = (line: string): boolean => !isComment(line) && focuses.some((pattern) => pattern.test(line));

/** What makes a skip depend on where it runs. */
export const isConditional = (line: string): boolean =>
  /\bif\b|skipIf|runIf|skipUnless|skipif|process\.platform|GOOS|sys\.platform|testing\.Short|process\.env|os\.environ|Getenv|CI\b/.test(
    line,
  );

const trivial: readonly RegExp[] = [
  /\bexpect\(\s*(true|false|1|0|null|undefined|"[^"]*"|'[^']*')\s*\)\s*\.(?:toBe|toEqual|toStrictEqual|eq|equal|to\.equal|to\.be)\(?\s*\(?\1\s*\)/,
  /\bexpect\(\s*(?:true|1)\s*\)\.(?:toBeTruthy|to\.be\.true|to\.be\.ok|to eq)/,
  /\b(?:assert|require)(?:\.(?:ok|isTrue|True))?\s*\(\s*(?:t,\s*)?(?:true|1|!0)\s*[,)]/,
  /^\s*assert\s+(?:True|1|not False|1\s*==\s*1|True\s+is\s+True|True\s*==\s*True)\s*(?:[,#].*)?$/,
  /\b(?:assert\w*|require)[.!]?(?:equal|strictEqual|deepEqual|Equals?|eq)?!?\s*\(\s*(?:t,\s*)?(true|True|\d+|"[^"]*"|'[^']*')\s*,\s*\1\s*[,)]/,
  /\b[Aa]ssert\.?(?:T|t|IsT)rue\(\s*(?:true|True)\s*[,)]/,
  /\bassert!\(\s*true\s*[,)]/,
];

export const isTrivialAssertion = (line: string): boolean =>
  !isComment(line) && trivial.some((pattern) => pattern.test(line));

/** Holds for nearly every value. */
export const isWeakAssertion = (line: string): boolean =>
  /\.(?:toBeDefined|toBeTruthy|not\.toBeNull|not\.toBeUndefined|toBeInstanceOf\(Object|not\.toThrow)\b|\.to\.(?:exist|be\.ok)\b|expect\.anything\(\)|is not None\s*(?:,|#|$)|\bassertIsNotNone\b|assert(?:\.ok)?\(\s*[\w.]+(?:\([^()]*\))?\s*\)|^\s*assert\s+[\w.]+(?:\([^()]*\))?\s*(?:#.*)?$|assert!\(\s*[\w.]+\.is_(?:some|ok)\(\)|NotNull\(|isNotNull\(|assert\.NotNil\(|toBeGreaterThan(?:OrEqual)?\(0\)|\btypeof\b|instanceof|isinstance\(|assertIsInstance|len\([^)]*\)\s*>=?\s*0|!=\s*nil|expect\.any\(|\bassert_ne!|\bassertNotEqual|\.not\.to(?:Be|Equal|StrictEqual)\(|\b(?:notEqual|NotEqual|notStrictEqual|notDeepEqual)\(|\b(?:assertRaises|pytest\.raises)\((?:Base)?Exception\b|\.toThrow\(\s*\)/.test(
    line,
  );
