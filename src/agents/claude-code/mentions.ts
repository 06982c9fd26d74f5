/** As long as a path can be; what is longer is not looked at any further. */
const maxLength = 4_096;

/** Where Claude Code may take an `@` for the beginning of a mention, and what could be its path: looked at, not consumed. */
const mention = new RegExp(String.raw`(?<=^|[\s\P{ASCII}])@(?="([^"]{1,${maxLength}})|(\S{1,${maxLength}}))`, "gu");

/**
 * The text with a space after the `@` of each mention whose path leads outside, which Claude Code then takes for text. Else it would
 * put the file's content into the conversation, without asking.
 */
export const disarmMentions = (text: string, leadsOutside: (path: string) => boolean): string =>
  text.replace(mention, (at, quoted: string | undefined, plain: string | undefined) => {
    const path = quoted ?? plain ?? "";
    return path.length === maxLength || leadsOutside(path.trim()) ? `${at} ` : at;
  });
