// What stands around a statement. In front of it there must be known words, or a clause of its own without a doubt;
// behind it an end, a reason, or a clause of its own. So a denial in words that nobody thought of gives no letter.
// All patterns are of folded text: small letters, plain punctuation.
import { any, END, NO, words } from "./patterns.ts";

/** Where a sentence ends. A line goes on if its last word or sign asks for more. */
export const SENTENCE_END = new RegExp(
  [
    String.raw`(?:(?<!(?<![a-z])(?:e\.g|i\.e|vs|cf))\.|[!?])(?:["')\]]|</[a-z]+>){0,4}(?=\s|[^\x00-\x7f])|[。…]`,
    // Between members of a JSON object.
    String.raw`"\s?,\s?(?=")`,
    String.raw`(?<!${any(
      ",",
      words(
        "that|whether|if|unless|not|is|are|the|a|an|of|to|or|and|but|because|so|why|how|when",
        "think|believe|say|says|said|claim|doubt|deny",
      ),
    )} ?)\n`,
  ].join("|"),
  "gu",
);

/** Where a clause ends inside a sentence. */
export const CLAUSE_END = new RegExp(
  String.raw`[,;:、|(]|\s[-–—]+\s|—|${words("so|therefore|thus|hence|but|because", "and(?= the $| (?:so|therefore|thus|hence)(?![a-z]))")}`,
  "gu",
);

const LEADS = any(
  "so|thus|therefore|hence|and|but|yes|well|okay|ok|now|clearly|obviously|finally|overall|consequently|accordingly",
  "indeed|here|only|again|in conclusion|in summary|to summarize|in short|as a result|for this reason|to conclude",
  "(?:i|we) (?:think|believe|conclude)(?: that)?|(?:i|we)(?: would|'d) say(?: that)?",
  "(?:i|we)(?: can)? (?:see|say|conclude|infer|determine)(?: that)?",
  "(?:i am|i'm) (?:confident|certain|sure|convinced)(?: that)?",
  "(?:this|that|which|it)(?: clearly| directly)? (?:means|shows|implies|indicates|confirms|suggests)(?: that)?|meaning that",
  "(?:it is|it's) clear(?: that)?|it follows that|(?:the )?letter (?:of|for)",
);
// Once at most: several would take exponential time.
const BY_WHAT = String.raw`(?:(?:based on|according to|given|from|in|for|looking at|considering|after|by)\s(?!case|saying|claiming|thinking)(?:(?!${NO})[^,;:.!?\n]){1,120}\s)?`;
const THE = "the|my|our|this question's|the question's|die|das|la|el|il|l'|a|o|meine|ma|mi|mia|minha";
const LEADS_ZH = any(
  "所以|因此|因而|故|那么|综上所述|综上|我认为|我觉得|我|应该|应当|应|本题|此题|这道题|该题|最终|只有|会|将|就|的",
);

/** What may stand between the last clause and a statement. */
export const NEAR = new RegExp(
  String.raw`^[^\p{L}\p{N}~¬≠✗✘❌×]*(?:${LEADS}(?![\p{L}\p{N}'])[\s,"'([]*)*${BY_WHAT}(?:${any(THE)}\s*)?["'([_]*${LEADS_ZH}*\s*$`,
  "u",
);

/** What makes a doubt of all that follows in its sentence. */
export const VETO = new RegExp(
  any(
    // Conditions, hedges and warnings.
    words(
      "if|unless|whether|suppose|supposing|assume|assuming|provided|imagine|otherwise|depending|in that case",
      "maybe|perhaps|possibly|probably|presumably|unsure|uncertain|unclear|unlikely|unable|guess|guessing",
      "doubt|doubtful|deny|disagree|(?:wrong|incorrect|false) (?:to|that)|naive|tempting|misleading|mistake",
      "example|for instance|hypothetically|in theory|theoretically|at first|initially|previously|formerly|earlier",
      "last time|another|the other (?:question|video|way)|mirrored|in reverse|on the contrary|in case|not because",
    ),
    String.raw`e\.g|^[\s"'(]*(?:were|had|should)(?![a-z])`,
    // Denied beliefs, and those of others.
    String.raw`(?:n't|${words("not|cannot|never|hardly|nobody|no one|none")})[^,;]*${words(
      "think|believe|say|claim|agree|accept|conclude|determine|tell|identify|sure|certain|confident",
      "the case|(?:true|correct|right) that",
    )}`,
    String.raw`${words(
      "some|others?|many|most|people|they|one|someone|somebody|anyone|everyone|he|she|you",
    )}(?: \p{L}+){0,3}? ${words(
      "say|says|said|think|thinks|thought|claim|claims|claimed|argue|argues|believe|believes|guess|object|ask|asks|asked",
    )}`,
    // Headings.
    String.raw`^[\s"'([#*>-]*(?:wrong|incorrect|false|mistaken?|bad)(?![a-z])[^,;.]*$`,
    String.raw`^[^\p{L}]*(?:\p{L}+ )?(?:not|untrue|myth|joke|sample|template|format|placeholder|draft|hardly|barely|almost|nearly|far from|object|protest)(?: \p{L}+){0,2}:\s*$`,
    "如果|假如|若|要是|除非|是否|可能|也[许許]|或[许許]|大概|不[确確]定|不[认認][为為]|不能[说說]|不知道|[无無]法|例如|比如|譬如|示例|格式\\s*:|[请請](?:回答|作答|按|以|用)",
  ),
  "u",
);

/** What makes a doubt of a statement in front of it, in its sentence … */
export const DOUBT = new RegExp(
  any(
    words(
      "not (?:sure|certain|confident)|unsure|uncertain|maybe|perhaps|possibly|probably|presumably|supposedly|allegedly",
      "unless|guess|guessing|(?<!no |a |without )doubt|kidding|(?:they|people|some|he|she) (?:say|says|said|claim|claims|claimed)",
    ),
    String.raw`\?(?=["')\]])|(?<!most )${words("likely")}`,
    String.raw`${words("which|who|that|this|it")}(?:'s| is| was| would be| seems)(?: \p{L}+)? ${words("wrong|incorrect|false|mistaken|unlikely")}`,
    // A verdict in a list.
    String.raw`^["'”’)\]}_$]*\s*[:,;(–—-]+\s*(?:no(?! doubt)|wrong|incorrect|false|unlikely|impossible|eliminated|not(?:\)| correct| possible| the (?:answer|one))|[✗✘❌×]|[错錯]|不(?:正[确確]|[对對]|可能))(?![a-z])`,
    "不确定|也许|或许|除非|[吗么]",
  ),
  "u",
);
/** … and what does so where it gives no reason. */
export const FREE_DOUBT = new RegExp(
  any(
    words(
      "or|nor|if|but|however|although|though|might|may|could|depending|depends|only when|only if|as well as|along with",
      "both|also|then",
    ),
    "或|[还還]是|也是|如果|但|可能|^[,;]不",
    String.raw`^[,;]\s*(?:were|had|should) (?:the|this|that|he|she|it|they|we|you|i)(?![a-z])`,
  ),
  "u",
);

const CLOSERS = String.raw`["'”’)\]}_$]*`;
const THIS_IS = "です|だ|である|입니다|이다";

/** Where a choice may end: at punctuation, or before a reason. */
export const CUT = new RegExp(
  [
    String.raw`[.,;:!?。、()\[\]|"'}…—]|\s[-–—]+\s|因为|由于|${THIS_IS}`,
    String.raw`\s+${any(
      "because|since|as|due to|given|for|based on|according to|where|which|not|and not|rather than|instead of",
      "considering|here",
    )}(?![a-z])`,
  ].join("|"),
  "gu",
);
/** A line's or the reply's end, after which no "or" goes on. */
export const LINE_END = new RegExp(
  String.raw`^${CLOSERS}(?:[ |\ufe0f]|(?![❌✖❎❓🚫👎🤔])\p{Extended_Pictographic})*(?:${END}|\n(?!\s*(?:or|and|if|unless|but|though|/|&|\+)(?![a-z])))`,
  "u",
);
export const FULL_STOP = new RegExp(
  String.raw`^${CLOSERS}${any(
    String.raw`\s*(?:\.{1,3}|!)${CLOSERS}(?:${END}|[\s<]|[^\x00-\x7f])`,
    String.raw`\s*。`,
    String.raw`${any(THIS_IS)}(?:${END}|[\s。.!])`,
  )}`,
  "u",
);
/** A reason, or a denial of another option. */
export const REASON = new RegExp(
  String.raw`^${CLOSERS}\s*[,;:–—-]*\s*${any(
    `${any(
      "because|since|as|due to|given|based on|according to|where|which|considering|judging|rather than|instead of|here",
      "for (?:sure|he|she|it|they|(?:the |these |this |that |two |three |several )?(?:following )?reasons?)",
      "while|whereas|i (?:think|believe)|obviously|clearly|definitely|of course|no doubt|and (?:all )?(?:the )?others",
    )}(?![a-z])(?! well)`,
    "(?:and )?not (?!sure|certain)|因为|由于|理由|而?不是",
  )}`,
  "u",
);
/** Something else, in a clause of its own. */
export const GLOSS = new RegExp(String.raw`^${CLOSERS}\s*[,;:(–—|-]`, "u");
/** The end of a member of a JSON object. */
export const JSON_END = /^["']?\s*(?:[}\]]|,\s*(?:["']|\n))/u;

/** What takes back all statements in front of it. */
export const TAKEN_BACK = new RegExp(
  any(
    // The next words.
    String.raw`^[^\p{L}]{0,20}(?:but |however,? |no,? |oh,? |actually,? ){0,3}${any(
      String.raw`(?:no|nope|not|wrong|false|incorrect|hmm+|oops|sorry)(?:\s*[,.!…:—-]|\s+(?:that|wait)(?![a-z]))`,
      String.raw`(?:that|this|it)(?: answer)?(?:'s| is| was| would be| seems)(?: \p{L}+)? ${words("wrong|incorrect|false|mistaken|not (?:right|correct|true)")}`,
      String.raw`(?:that|this|it) (?:can't|cannot|isn't) (?:be )?${words("right|correct|true")}`,
      String.raw`${words("i take (?:that|it) back|ignore that|forget (?:that|it)|i don't believe (?:that|it)")}`,
    )}`,
    // The same or the next sentence.
    String.raw`^[^.!?\n]{0,300}[.!?]?[^.!?\n]{0,300}${words("not sure|unsure|not certain|uncertain|(?:just|only) a guess|a wild guess|guessing")}`,
    // Any sentence.
    String.raw`(?<=[.!?…\n]["')]{0,3}\s?)(?:but |oh |hmm,? |no,? )?(?:wait|hold on|scratch that|strike that|correction|edit|on (?:second|further|closer) (?:thought|reflection|look|inspection)|let me (?:reconsider|rethink|think again)|just kidding)(?:\s*[,.!…:—-]|\s+that(?![a-z])|$)`,
    "不[对對]|我[错錯]了",
    String.raw`(?<=[。！？.!?…\n，,]\s?)(?:等等|等一下|更正|[纠糾]正|[错錯]了)`,
  ),
  "u",
);

/** A capital that stands alone, not an article or a pronoun before a word; in the text as it is written. */
export const LONE_CAPITAL = /(?<![A-Za-z0-9'])(?:[B-HJ-Z]|[AI](?!\s+\p{Ll}))(?![A-Za-z0-9'])/gu;
