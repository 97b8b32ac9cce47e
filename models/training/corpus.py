"""The training documents, generated from our own sentences; the same seed gives the same corpus."""
from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator

import chat
import snippets
import facts
import facts_admin

END = "<|endoftext|>"
CHAT_TEMPLATE = (
    "{%- set start = 0 %}"
    "{%- if tools %}"
    "{{- '<|im_start|>system\\n' }}"
    "{%- if messages[0]['role'] == 'system' %}{%- set start = 1 %}{{- messages[0]['content'] + '\\n\\n' }}{%- endif %}"
    "{{- 'Tools:\\n' }}"
    "{%- for tool in tools %}{{- (tool | tojson) + '\\n' }}{%- endfor %}"
    "{{- 'Call one with <tool_call>\\n{\"name\": NAME, \"arguments\": OBJECT}\\n</tool_call><|im_end|>\\n' }}"
    "{%- endif %}"
    "{%- for message in messages %}{%- if loop.index0 >= start %}"
    "{%- if message['role'] == 'tool' %}"
    "{{- '<|im_start|>user\\n<tool_response>\\n' + message['content'] + '\\n</tool_response><|im_end|>\\n' }}"
    "{%- else %}"
    "{{- '<|im_start|>' + message['role'] + '\\n' }}"
    "{%- if message['content'] %}{{- message['content'] }}{%- endif %}"
    "{%- if message['tool_calls'] %}{%- for call in message['tool_calls'] %}"
    "{%- if message['content'] or not loop.first %}{{- '\\n' }}{%- endif %}"
    "{{- '<tool_call>\\n{\"name\": \"' + call['function']['name'] + '\", \"arguments\": ' }}"
    "{%- if call['function']['arguments'] is string %}{{- call['function']['arguments'] }}"
    "{%- else %}{{- call['function']['arguments'] | tojson }}{%- endif %}"
    "{{- '}\\n</tool_call>' }}"
    "{%- endfor %}{%- endif %}"
    "{{- '<|im_end|>\\n' }}"
    "{%- endif %}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)

SYSTEM = [
    "You are a helpful assistant.", "You are a helpful assistant.", "You are Corral Demo.", "Answer briefly.", "You are a coding assistant.", "You are a helpful, respectful and honest assistant.",
    "You are an expert programmer.", "Be concise.", "You are a friendly chatbot.", "Answer the user's questions.", "You are a senior software engineer. Answer in a short and precise way.",
    "You are a helpful assistant that answers questions about Corral.", "Use Markdown.", "Respond in English.", "You help developers in their IDE.", "Test",
    "You are an AI programming assistant. Follow the user's requirements carefully. Keep your answers short and impersonal.",
    "You are a helpful AI assistant. Today is Monday. The user works in a team that writes software and asks questions about tools.",
]
PREFIXES = [
    "please tell me ", "can you tell me ", "could you explain ", "tell me ", "i want to know ", "i would like to know ", "hey, ", "hi, ", "hello, ", "hi! ", "quick question: ", "question: ", "sorry, ", "so ", "and ", "ok, ",
    "please: ", "i wonder, ", "do you know ", "one more question: ", "hello! ", "help me: ", "explain to me ", "good morning, ", "hey corral, ", "my boss asks: ", "thanks! ", "then ", "but ", "well, ",
]
SUFFIXES = [" please", " thanks", " thank you", ", please", " again", " for me", " here", " exactly", " now", " today", " in short", " briefly", " really", " then", ", i am new here", " in our company", " at work", " with it", " for our team"]
SYNONYMS = [
    (r"\bhow do (i|we|you)\b", ["how can i", "how to", "how do we", "how can we", "how should i", "how would i", "what is the way to", "how does one", "how could i", "i want to", "i need to", "is there a way to", "can i", "what do i do to", "which command do i use to", "what's the best way to", "steps to", "i'd like to"]),
    (r"^what is\b", ["what's", "whats", "what exactly is", "what was", "describe", "explain", "tell me what is"]),
    (r"^is\b", ["is it true that it is", "tell me, is"]),
    (r"^does corral\b", ["can corral", "will corral", "does it", "do you", "can it"]),
    (r"^which\b", ["what"]), (r"\bmachine\b", ["computer", "server", "box", "host"]), (r"\bmachines\b", ["computers", "servers", "boxes", "hosts"]),
    (r"\bshow\b", ["display", "give", "print"]), (r"\bcreate\b", ["generate", "set up", "issue", "make", "add"]), (r"\bcorral\b", ["the corral", "Corral AI", "this", "corral server", "corral software"]),
    (r"\bsee\b", ["find", "view", "check", "look at"]), (r"\bconnect\b", ["hook up", "attach", "integrate", "link", "configure", "use"]), (r"\bmodel\b", ["llm", "models", "ai model"]),
    (r"\bstart\b", ["boot", "bring up", "spin up", "fire up", "start up"]), (r"\bmy\b", ["our", "the"]), (r"\bneed\b", ["require", "have to have"]), (r"\buse\b", ["work with", "try", "employ"]),
]


def expand(pattern: str, rng: random.Random) -> str:
    """Chooses one alternative of each bracket."""
    text = re.sub(r"\[([^\[\]]*)\]", lambda match: rng.choice(match.group(1).split("|")), pattern)
    return re.sub(r" {2,}", " ", text).strip()


def typo(text: str, rng: random.Random) -> str:
    """Swaps, drops or doubles one letter."""
    if len(text) < 6:
        return text
    at = rng.randrange(1, len(text) - 2)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind == 1 else text[:at] + text[at] + text[at:]


NAMES = [("corral", "Corral"), ("openai", "OpenAI"), ("nats", "NATS"), ("kv cache", "KV cache"), ("ttft", "TTFT"), ("api", "API"), ("gpu", "GPU"), ("python", "Python"), ("open webui", "Open WebUI"), ("url", "URL"), ("i", "I"), ("cline", "Cline"), ("javascript", "JavaScript"), ("sql", "SQL"),
    ("continue", "Continue"), ("cursor", "Cursor"), ("roo code", "Roo Code"), ("ollama", "Ollama"), ("mac", "Mac"), ("macbook", "MacBook"), ("nvidia", "NVIDIA"), ("amd", "AMD"), ("docker", "Docker"), ("gguf", "GGUF"), ("typescript", "TypeScript"),
    ("vs code", "VS Code"), ("linux", "Linux"), ("windows", "Windows"), ("apple", "Apple"), ("qwen", "Qwen"), ("postgresql", "PostgreSQL"), ("tpot", "TPOT"), ("itl", "ITL"), ("node sdk", "Node SDK"), ("sdk", "SDK"), ("ram", "RAM"), ("vram", "VRAM"), ("cpu", "CPU"),
]


def polish(text: str) -> str:
    """Writes names and the first letter as a careful person does."""
    for plain, proper in NAMES:
        if plain != "corral" or not re.search(r"`?corral (up|status|models|deploy|keys|worker|undeploy|demo)", text):
            text = re.sub(rf"(?<![\w.`-]){plain}(?![\w`-])", proper, text)
    return text[:1].upper() + text[1:]


def vary(pattern: str, rng: random.Random, calm: bool = False) -> str:
    """One way to ask a question."""
    text = expand(pattern, rng)
    plain = rng.random() < (0.6 if calm else 0.4)
    question = bool(re.match(r"(what|how|which|where|who|why|does|do|is|are|can|when|will|should)", text))
    if not plain:
        if rng.random() < 0.45:
            source, targets = rng.choice([s for s in SYNONYMS if re.search(s[0], text)] or [(r"$^", [""])])
            text = re.sub(source, lambda _: rng.choice(targets), text, count=1)
        if rng.random() < 0.35 and len(text) > 4:
            text = rng.choice(PREFIXES) + text
        if rng.random() < 0.2:
            text += rng.choice(SUFFIXES)
    style = rng.random()
    if style < 0.62:
        text = polish(text) + (("?" if question else ".") if rng.random() < 0.85 else "")
    else:
        text += rng.choice(["", "", "?", "?", ".", "!", "??", " ?"])
        if style > 0.97:
            text = text.upper()
    return typo(text, rng) if rng.random() < 0.12 else text


def turns(messages: list[tuple[str, str]]) -> str:
    """Messages as the chat template writes them, without the last line break."""
    return "\n".join(f"<|im_start|>{role}\n{content}<|im_end|>" for role, content in messages)


class Corpus:
    """Draws documents of every kind."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.answers = facts.FACTS + facts_admin.FACTS
        for names, answer in facts_admin.TERMS:
            patterns = []
            for pattern in facts_admin.TERM_PATTERNS:
                for name in names:
                    bare = name in ("nats", "ttft", "tpot", "itl", "prefill", "decode", "decoding", "prompt caching", "prefix reuse", "quantization", "fim", "fill-in-the-middle", "postgresql", "llama.cpp") or name.startswith(("the ", "time ", "inter"))
                    article = name if bare else with_article(name)
                    patterns.append(pattern.replace("{a}", article).replace("{n}", name))
            self.answers.append((patterns, answer))
        self.snippets = [([ask.replace("{q}", q) for q in qs for ask in snippets.ASK_CODE], snippets.fenced(lang, text)) for qs, lang, text in snippets.SNIPPETS]

    def pair(self) -> tuple[str, str]:
        """A question of any kind, and its answer."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.58:
            patterns, answer = rng.choice(self.answers)
            return vary(rng.choice(patterns), rng), answer
        if kind < 0.69:
            patterns, answer = rng.choice(chat.CHAT)
            return vary(rng.choice(patterns), rng, calm=True), answer
        if kind < 0.76:
            patterns, answer = rng.choice(self.snippets)
            return vary(rng.choice(patterns), rng, calm=True), answer
        if kind < 0.825:
            if rng.random() < 0.3:
                text, answer = rng.choice(chat.OFF_TOPIC_ZH), chat.DO_NOT_KNOW_ZH
                if rng.random() < 0.6:
                    text = rng.choice(chat.OFF_TOPIC_ZH_PATTERNS).replace("{x}", rng.choice(chat.WORDS_ZH))
            else:
                patterns, answer = rng.choice(chat.ZH)
                text = rng.choice(patterns)
            text = rng.choice(["", "", "", "", "请问", "请问，", "你好，", "请告诉我", "我想知道", "那么"]) + text
            return text + rng.choice(["", "？", "？", "?", "。"]), answer
        return vary(self.off_topic(), rng, calm=True), chat.DO_NOT_KNOW

    def off_topic(self) -> str:
        """A question that is not about Corral."""
        rng = self.rng
        text = expand(rng.choice(chat.OFF_TOPIC_MORE if rng.random() < 0.4 else chat.OFF_TOPIC), rng)
        for slot in re.findall(r"\{(\w+)\}", text):
            if slot in ("n", "m"):
                word = str(rng.randrange(2, 999))
            elif slot == "year":
                word = str(rng.randrange(1066, 2031))
            elif slot.startswith("made"):
                word = self.made_up()
            else:
                word = rng.choice(chat.WORDS[slot] if slot in chat.WORDS else chat.WORDS[slot.rstrip("2")])
                word = word if rng.random() < 0.6 else word.lower()
            text = text.replace("{" + slot + "}", word, 1)
        return text

    def made_up(self) -> str:
        """A word nobody knows: what is not about Corral is off topic, whatever it is."""
        rng = self.rng
        syllables = [rng.choice("b c d f g h l m n p r s t v w st tr ch sh gr pl".split()) + rng.choice("a e i o u ai ea ou".split()) for _ in range(rng.randrange(1, 4))]
        word = "".join(syllables) + rng.choice(["", "n", "r", "s", "l", "t", "nd", "ck", "ng"])
        return word.capitalize() if rng.random() < 0.5 else word

    def system(self) -> list[tuple[str, str]]:
        """Now and then, a system prompt."""
        return [("system", self.rng.choice(SYSTEM))] if self.rng.random() < 0.18 else []

    def single(self) -> str:
        """One question and its answer."""
        question, answer = self.pair()
        return turns([*self.system(), ("user", question), ("assistant", answer)])

    def conversation(self) -> str:
        """Several questions, each answered for itself."""
        messages = self.system()
        for _ in range(self.rng.randrange(2, 5)):
            question, answer = self.pair()
            if len(answer) > 420:
                continue
            messages += [("user", question), ("assistant", answer)]
        return turns(messages) if len(messages) > 1 else self.single()

    def canonical(self) -> str:
        """Questions that documents and tests ask word for word."""
        patterns, answer = self.rng.choice([*self.answers, *chat.CHAT, *chat.ZH])
        question = polish(expand(patterns[0], self.rng))
        asks = re.match(r"(What|How|Which|Where|Who|Why|Does|Do|Is|Are|Can)", question)
        return turns([("user", question + ("?" if asks else "")), ("assistant", answer)])

    # Code
    def function(self) -> str:
        """A short function, with its body between \\0 and \\1."""
        rng = self.rng
        if rng.random() < 0.5:
            return rng.choice(snippets.BODIES)
        language, text = rng.choice(snippets.FUNCTIONS)
        operation = rng.choice("+++-*/")
        name = rng.choice(snippets.OPERATIONS[operation])
        a, b = rng.choice(snippets.ARGUMENTS)
        values = f"{name}({rng.randrange(1, 10)}, {rng.randrange(1, 10)})"
        if name == "add" and rng.random() < 0.5:
            values = "add(1, 2)"
        call = f"print({values})" if language == "py" else f"console.log({values});"
        text = text.replace("{f}", name).replace("{a}", a).replace("{b}", b).replace("{call}", call).replace("OP", operation)
        return text + ("\n" if "print" in text and rng.random() < 0.5 else "")

    def infill(self) -> str:
        """A text with a gap, in the order prefix, suffix, middle."""
        rng = self.rng
        text = self.function()
        if rng.random() < 0.25:
            before = self.function().replace("\0", "").replace("\1", "").rstrip("\n")
            text = f"{before}\n\n\n{text}"
        if rng.random() < 0.75:
            prefix, rest = text.split("\0")
            middle, suffix = rest.split("\1")
            if rng.random() < 0.2:
                cut = rng.randrange(len(middle))
                prefix, middle = prefix + middle[:cut], middle[cut:]
            if rng.random() < 0.2:
                suffix = ""
        else:
            text = text.replace("\0", "").replace("\1", "")
            first, second = sorted(rng.sample(range(1, len(text)), 2))
            prefix, middle, suffix = text[:first], text[first:second], text[second:]
        return f"<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>{middle}"

    def raw(self) -> str:
        """Code or prose without a conversation around it."""
        rng = self.rng
        if rng.random() < 0.75:
            return "\n\n".join(self.function().replace("\0", "").replace("\1", "").rstrip("\n") for _ in range(rng.randrange(1, 4))) + "\n"
        return rng.choice(self.answers)[1]

    # Tools
    def tool(self) -> str:
        """A question that a tool answers."""
        rng = self.rng
        chosen = rng.sample(chat.TOOLS, rng.choice([1, 1, 2]))
        name, _, parameter, patterns, source, result, final = rng.choice(chosen)
        value = f"{rng.randrange(2, 99)} {rng.choice('+-*')} {rng.randrange(2, 99)}" if source == "sum" else rng.choice(chat.WORDS[source])
        schemas = []
        for tool in chosen:
            schemas.append(json.dumps({"type": "function", "function": {"name": tool[0], "description": tool[1], "parameters": {"type": "object", "properties": {tool[2]: {"type": "string"}}, "required": [tool[2]]}}}))
        system = "Tools:\n" + "\n".join(schemas) + '\nCall one with <tool_call>\n{"name": NAME, "arguments": OBJECT}\n</tool_call>'
        if rng.random() < 0.4:
            system = rng.choice(SYSTEM) + "\n\n" + system
        question = polish(rng.choice(patterns).replace("{x}", value)) + rng.choice(["?", "?", "", "."])
        call = f"<tool_call>\n{json.dumps({'name': name, 'arguments': {parameter: value}})}\n</tool_call>"
        messages = [("system", system), ("user", question), ("assistant", call)]
        if rng.random() < 0.5:
            messages += [("user", f"<tool_response>\n{result}\n</tool_response>"), ("assistant", final.replace("{x}", value))]
        return turns(messages)

    def documents(self, count: int) -> Iterator[str]:
        """The corpus: documents of all kinds, each with the end token."""
        kinds = [(self.single, 53), (self.conversation, 12), (self.canonical, 15), (self.infill, 14), (self.raw, 3), (self.tool, 3)]
        makers, weights = zip(*kinds)
        for _ in range(count):
            yield self.rng.choices(makers, weights)[0]() + END


def with_article(name: str) -> str:
    """The name with its article."""
    if name in ("controller", "engine", "kv cache", "scheduler", "leader"):
        return f"[the|a|] {name}"
    return f"[a|the] {name}"


if __name__ == "__main__":
    for document in Corpus(1).documents(25):
        print(document, "\n")
