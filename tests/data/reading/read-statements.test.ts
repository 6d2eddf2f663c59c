import { describe, expect, test } from "vitest";
import { readAnswer } from "../../../data/reading/read-answer.ts";

const OPTIONS = ["A. turn left", "B. turn right", "C. go straight", "D. turn around"];

const CORES = [
  ...["the answer is A.", "the correct answer is A.", "option A is correct.", "A is correct.", "it is A."],
  ...["A is the right answer.", "I choose A.", "answer: A", "turn left is the correct answer."],
  ...["the best option is (A) turn left.", "the answer is $\\boxed{A}$."],
];

const DENIALS = `
I don't think|I do not believe that|I doubt that|I'm not sure that|I am unsure whether|It is not true that|It's false that
It is not the case that|It is wrong that|It would be wrong to say|It is a mistake to think|It seems unlikely that
It is impossible that|It can't be that|There's no way|I deny|I dispute|I reject the idea that|I disagree that
I wouldn't say|I cannot say whether|I can't confirm that|I fail to see why|I refuse to believe|Nobody thinks|Few would say
Some say|Most people assume|Others claim|One might think|You may say|She thinks|The teacher said|The student wrote
A careless viewer might say|At first I thought|I used to think|I almost said|I would have said|I wanted to say
If the video were mirrored,|If so,|Unless I'm wrong,|Assuming a left turn,|Suppose|Imagine|Let's pretend|In theory,
Otherwise,|Or else|In that case,|Had he turned left,|Were it mirrored,|Should he turn left,|Whether|Perhaps|Maybe|Probably
It may be that|It could be that|It is possible that|I suspect|I guess|I suppose|I wonder if|I hope|I wish|Could it be that
Is it true that|Why do you think|Who says|Do you agree that|What if|Never say|Do not assume|Forget that|It's tempting to say
It is a myth that|A common error is to say|The false claim is that|Contrary to the claim that|Even if|Instead of saying
There is no evidence that|None of the frames show that|The video doesn't indicate that|It does not follow that
That is not to say|Far from it:|Untrue:|Myth:|Joke:|Example:|For instance,|Previously,|In another video,|On the contrary,
Only a fool would say|Ask yourself whether|To test if|Before saying|Provided that|In case|The question is whether
It remains unclear whether|It is hard to say that|It's debatable whether|I have doubts that|I highly doubt|Not quite:|Almost:`
  .trim()
  .split(/[|\n]/);

test.each(DENIALS)("%j before a statement leaves no letter", (denial) => {
  for (const core of CORES) expect([core, readAnswer(`${denial} ${core}`, OPTIONS)]).toEqual([core, null]);
});

const TURNS = `
 is wrong.| would be a mistake.| seems wrong.| or B.| and B.| as well as B.|, or perhaps B.|/B.| & B.|, B.|; or B.
 if he turned.| unless he turned.| only when he turns.|, if he turned.|, but I doubt it.|, but that is wrong.|, although I doubt it.
, I doubt.|, maybe.|, supposedly.|, they say.|, not.| ... not!| (not).| (wrong).| (or B).| (?).|?|, right?|, or not?| - no.| — not!
. Not!|. No.|. No, B.|. Wrong.|. False.|. Just kidding.|. Wait, B.|. Actually, B.|. Actually no.|. Scratch that.|. Hmm, no.
. That's wrong.|. This is not true.|. That can't be right.|. However, this is incorrect.|. However, the answer is B.|. Or B.|. B.
. B is correct.|. Correction: B.|. Sorry, B.|. I mean B.|. I take that back.|. Ignore that.|. I don't believe it.|. I'm not sure.
. It's just a guess.|. I choose B.| is what some say.| is the trap.| for fools.| in the mirror.| isn't right.| can be ruled out.|: false.
 does not fit.| is unlikely.`.split(/[|\n]/);
const BEGUN = [
  ...["The answer is A", "The correct answer is A", "Answer: A", "I choose A", "Option A is correct"],
  ...["The answer is turn left", "The answer is A. turn left"],
];

test.each(TURNS.filter((turn) => turn !== ""))("%j behind a statement leaves no letter", (turn) => {
  for (const begun of BEGUN) expect([begun, readAnswer(begun + turn, OPTIONS)]).toEqual([begun, null]);
});

describe("a plain statement is read", () => {
  const LEADS = `
So |Thus, |Therefore |Hence, |As a result, |In conclusion, |Overall, |Clearly, |Based on the frames, |Based on my analysis,
According to the video, |Given this, |From the video, |He turns left, so |He does not turn right, so |Since he turns left,
After watching the video, |Looking at the frames, |I think |I believe that |I would say |I am confident that |We can see that
It is clear that |This means that |which means |So I think |My conclusion: |Reasoning: he turns. |OK, |Sure! |Certainly!
To answer the question, |In this case, |Among the given options, |All in all, |In other words, |Actually, |Let me check.
Alright, |- |> |### |**|"|(|Question: which way?\\n|He turns left; |The wall is on the right, thus |Due to the wall, |Option B is wrong, so
It is not B. |B, C and D are wrong. |The other options are wrong, so |If he turned right, he would hit the wall. So
The video might be dark, but |Although it is dark, |I can't see everything, but `
    .trim()
    .split(/[|\n]/)
    .map((lead) => lead.replace("\\n", "\n").replace(/(?<=\w[,.!:]?)$/u, " "));
  const PLAIN = CORES.filter((core) => !/^it is|^answer|^turn/.test(core));

  test.each(LEADS)("behind %j", (lead) => {
    for (const core of PLAIN) expect([core, readAnswer(lead + core, OPTIONS)]).toEqual([core, "A"]);
  });

  test.each(
    `
.|!|. He turns left.|, because he turns left.| since he turns left.| due to the wall.|: he turns left.| - he turns left.
 (he turns left).|, he turns left.|, as the wall is on the right.|, not B.| and not B.| rather than B.|, which is turn left.
; the wall is on the right.|. B is wrong because of the wall.|. Options B, C and D are wrong.|. It is not B.
. If he had turned right, he would hit the wall.|. This is because he turns left.|. Hope this helps!| for the following reasons: he turns.
 for sure.|, of course.|.**|".|)|<br>|...|. Confidence: 0.9| ✅|\\n\\nExplanation: he turns left.|\\n\\nB: wrong\\nC: wrong\\nD: wrong`
      .split(/[|\n]/)
      .filter((end) => end !== "")
      .map((end) => end.replaceAll("\\n", "\n")),
  )("in front of %j", (end) => {
    for (const begun of BEGUN.slice(0, 5))
      expect([begun, readAnswer(begun + end, OPTIONS)]).toEqual([begun, "A"]);
  });
});
