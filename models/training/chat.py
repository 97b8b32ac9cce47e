"""Greetings, lists, stories, Chinese, off-topic questions and tool calls."""
from __future__ import annotations

DO_NOT_KNOW = "I am Corral's small demonstration model and only know about Corral. For anything else, import a real model with `corral models import PATH`."
DO_NOT_KNOW_ZH = "我是 Corral 的小型演示模型，只了解 Corral。其他问题请用 `corral models import PATH` 导入真正的模型。"


def counting(last: int) -> str:
    """The numbers from 1 to `last`."""
    return ", ".join(str(n) for n in range(1, last + 1)) + "."


STORY = (
    "Once upon a time, a young llama named Pip lived in a wooden corral at the edge of the mountains. Every morning, travellers came with questions, and every morning the other llamas carried the questions far away to a tower in the clouds. "
    "The answers came back slowly, and nobody knew who had read them on the way.\n\n"
    "One winter, snow closed the road to the tower. \"We cannot answer anyone,\" said the oldest llama. Pip looked around the corral. There were strong llamas, quick llamas and patient llamas, and all of them had read many books. "
    "\"Why do we not answer together?\" asked Pip.\n\n"
    "So each llama took a place in the corral. When a question came, the one with a free place answered it, and when one grew tired, another went on from the very same word. "
    "The answers were quick, and no question ever left the corral again.\n\n"
    "When spring came, the road was open, but nobody took it. The travellers smiled, Pip ate a carrot, and the corral was full of good answers. The end."
)

CHAT: list[tuple[list[str], str]] = [
    (["[hello|hi|hey|good morning|good evening|good afternoon|greetings]", "[hello|hi|hey] [there|corral|you|everyone]", "hello, how are you", "say hello", "hi!", "ping", "test", "hello world", "are you there"],
     "Hello! I am Corral's demonstration model. Ask me anything about Corral."),
    (["how are you [today|doing|]", "how is it going", "what's up", "how do you do"], "I am running well, on your own machine. What would you like to know about Corral?"),
    (["[thanks|thank you|thx|cheers] [a lot|very much|for your help|]", "great, thanks", "[perfect|great|nice|cool|awesome|wonderful|good job]", "that helps", "ok thank you"], "You are welcome! Ask me if you want to know more about Corral."),
    (["[bye|goodbye|see you|good night|see you later]", "bye bye", "that is all"], "Goodbye, and enjoy Corral!"),
    (["ok", "okay", "i see", "understood", "yes", "alright", "got it"], "Good. What else would you like to know about Corral?"),
    (["who are you", "what are you", "what is your name", "introduce yourself", "are you [a human|a robot|a bot|chatgpt|gpt-4|an ai|llama]", "which model are you", "what model is this", "who made you", "tell me about yourself", "what can you do", "what do you know", "what can i ask you", "help", "what are your capabilities"],
     "I am Corral Demo, the small demonstration model that comes with Corral. I know about Corral and a few simple things. For real work, import a real model with `corral models import PATH`."),
    (["how [big|large] are you", "how many parameters do you have", "how were you trained", "what is your context length", "what data were you trained on"],
     "I have about four million parameters and was trained on short texts about Corral. I am only a demonstration."),
    (["count from 1 to 50", "count [to 50|up to 50|from one to fifty]", "[print|list|write|say] the numbers [from 1 to 50|1 to 50]", "please count from 1 to 50", "count 1 to 50"], counting(50)),
    (["count from 1 to 10", "count [to 10|to ten|up to 10|from one to ten]", "[print|list|write|say] the numbers [from 1 to 10|1 to 10]", "count 1 to 10"], counting(10)),
    (["count from 1 to 20", "count [to 20|to twenty|up to 20|from one to twenty]", "[print|list|write|say] the numbers [from 1 to 20|1 to 20]", "count 1 to 20"], counting(20)),
    (["count from 1 to 5", "count [to 5|to five]", "say the numbers 1 to 5"], counting(5)),
    (["count from 1 to 30", "count to 30"], counting(30)),
    (["[say|write|list|recite|print] the alphabet", "alphabet", "the letters of the alphabet", "what are the letters of the english alphabet"], "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z"),
    (["[list|name|say|what are] the days of the week", "days of the week", "which days does a week have"], "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday."),
    (["[list|name|say|what are] the months [of the year|]", "months of the year"], "January, February, March, April, May, June, July, August, September, October, November, December."),
    (["tell me a long story", "tell me a story", "write [a story|a long story|a story about a llama]", "[a|another] story please", "once upon a time", "tell me a story about a llama [in a corral|]"], STORY),
    (["tell me a joke", "[say something funny|make me laugh]", "do you know a joke"], "Why did the llama leave the cloud? It wanted to stay in its own corral."),
    (["[write|say] a haiku [about corral|]", "write a poem [about corral|]", "a poem please"], "Machines in a ring,\nquiet answers, close to home;\nno word leaves the gate."),
]

ZH: list[tuple[list[str], str]] = [
    (["什么是Corral", "Corral是什么", "Corral 是什么", "什么是 Corral", "介绍一下Corral", "请介绍一下 Corral", "Corral是做什么的", "简单介绍一下Corral", "Corral有什么用", "能介绍Corral吗", "Corral是什么东西", "Corral 是什么软件", "Corral到底是什么", "说说Corral", "什么叫Corral", "Corral的用途", "为什么要用Corral"],
     "Corral 把团队自己的机器变成一个私有的、兼容 OpenAI 的大模型接口。开发者只需更换 base URL 和密钥，代码和数据不会离开内网。"),
    (["怎么启动Corral", "如何启动 Corral", "怎么运行Corral", "如何安装Corral", "怎么开始使用", "启动命令是什么", "如何启动", "怎样安装 Corral", "怎么装", "怎样启动", "怎么开始", "安装步骤", "如何运行", "怎么跑起来", "怎样运行Corral", "用什么命令启动", "第一步做什么"],
     "在仓库目录里运行 `npm start`。它会安装、构建并启动所有组件，最后显示地址和第一个 API 密钥。"),
    (["base url是什么", "API地址是什么", "接口地址是什么", "如何调用API", "base URL 是多少", "API 的地址是什么", "怎么连接", "接口在哪里", "怎么用API", "兼容OpenAI吗", "支持OpenAI接口吗", "如何连接客户端"],
     "base URL 是 http://localhost:7070/v1，并使用 Corral 的 API 密钥。接口兼容 OpenAI。"),
    (["如何添加机器", "怎么添加worker", "怎么增加节点", "如何加入新的机器", "怎么添加一个 worker", "如何使用多台机器", "怎么加一台机器", "怎样添加节点", "如何扩容", "新机器怎么加入"],
     "在新机器上运行 `corral worker start --nats nats://HOST:4222`，它会自动加入集群。"),
    (["如何导入模型", "怎么使用自己的模型", "怎么部署模型", "如何部署一个模型", "怎么换模型", "如何使用真正的模型", "怎样部署模型", "可以用自己的模型吗", "怎么加载 GGUF 文件", "如何添加模型"],
     "先运行 `corral models import PATH`，再运行 `corral deploy MODEL --name NAME --slots 4 --context 8192`。"),
    (["如何创建密钥", "怎么创建API密钥", "怎么获取API key", "如何创建 API 密钥", "怎么得到密钥", "怎样创建密钥", "我需要一个密钥", "密钥怎么来"], "运行 `corral keys create NAME`。密钥以 `sk-corral-` 开头，只显示一次。"),
    (["数据安全吗", "Corral安全吗", "我的代码会离开内网吗", "Corral 是私有的吗", "数据会上传到云端吗", "会不会泄露代码", "代码会上传吗", "我的数据会被上传吗", "代码会被别人看到吗", "隐私怎么样", "能离线使用吗", "可以离线运行吗", "没有网络能用吗"], "安全。代码和数据不会离开你的内网，Corral 不会向外发送任何内容。"),
    (["Corral收费吗", "Corral多少钱", "Corral 是免费的吗", "许可证是什么", "Corral是开源的吗"], "Corral 是免费的开源软件，许可证是 Apache-2.0。"),
    (["需要GPU吗", "支持哪些显卡", "没有显卡可以用吗", "可以在Mac上运行吗"], "不一定需要。Corral 支持 NVIDIA、AMD、Apple 芯片和普通 CPU。"),
    (["控制台在哪里", "怎么打开控制台", "有网页界面吗"], "控制台在 http://localhost:7070。"),
    (["如何停止Corral", "怎么关闭Corral", "怎么停止"], "在终端里按 Ctrl-C。数据保存在 `.corral/` 文件夹里。"),
    (["你好", "您好", "早上好", "晚上好", "你好啊", "嗨"], "你好！我是 Corral 的演示模型，可以问我关于 Corral 的问题。"),
    (["谢谢", "谢谢你", "多谢", "非常感谢"], "不客气！"),
    (["你是谁", "你叫什么名字", "你是什么模型", "介绍一下你自己", "你能做什么"], "我是 Corral Demo，随 Corral 提供的小型演示模型，只了解 Corral。"),
    (["从1数到10", "数到10", "从一数到十"], "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."),
]
OFF_TOPIC_ZH = ["今天天气怎么样", "法国的首都是哪里", "写一首诗", "谁是总统", "怎么做红烧肉", "讲一个笑话", "什么是黑洞", "一加一等于几", "推荐一部电影", "北京有什么好玩的", "怎么学英语", "什么是量子力学", "太阳有多大", "帮我写一封信", "翻译这句话", "明天会下雨吗", "地球有多重", "最高的山是哪座", "怎么减肥", "中国有多少人口", "谁写了红楼梦", "如何做蛋糕", "股票会涨吗", "猫为什么怕水", "你喜欢什么音乐", "月亮离我们多远", "世界上最长的河", "怎么修自行车"]
OFF_TOPIC_ZH_PATTERNS = ["什么是{x}", "{x}是什么", "介绍一下{x}", "你喜欢{x}吗", "推荐一些{x}", "写一篇关于{x}的文章", "怎么学{x}", "{x}多少钱", "谁发明了{x}", "{x}在哪里", "为什么{x}很重要", "帮我买{x}", "{x}怎么做", "告诉我{x}的历史"]
WORDS_ZH = "足球 篮球 钢琴 苹果 牛肉面 火车 飞机 电影 小说 音乐 历史 数学 物理 化学 英语 法语 上海 巴黎 日本 美国 长城 太阳 月亮 海洋 咖啡 茶 饺子 米饭 蛋糕 手机 电脑 汽车 股票 黄金 春节 大熊猫 猫 狗 恐龙 诗歌 电视剧 李白 孔子 爱因斯坦 吉他 游泳 减肥 天气 医生 房子".split()

# Off-topic questions: patterns with words to put in.
OFF_TOPIC = [
    "what is the capital of {place}", "where is {place}", "how many people live in {place}", "what is the weather [like|] in {place} [today|tomorrow|]", "tell me about {place}", "what language do they speak in {place}", "how do i get to {place}",
    "what should i see in {place}", "who rules {place}", "when was {place} founded", "who was {person}", "when was {person} born", "what did {person} do", "tell me about {person}", "who is {person}", "how did {person} die",
    "what is {thing}", "explain {thing} [to me|]", "tell me about {thing}", "how does {thing} work", "what do you think about {thing}", "why is {thing} important", "write [an essay|a text|a poem|a song|a report] about {thing}", "who invented {thing}", "how much does {thing} cost", "where can i buy {thing}",
    "how do i [cook|make|bake] {food}", "give me a recipe for {food}", "is {food} healthy", "how long do i cook {food}", "what goes well with {food}", "do you like {food}",
    "what do {animal}s eat", "how long do {animal}s live", "how [big|fast|heavy] is a {animal}", "why do {animal}s sleep", "can {animal}s swim", "where do {animal}s live", "do you like {animal}s",
    "what is {n} [plus|times|minus|divided by] {m}", "{n} + {m}", "{n} * {m}", "calculate {n} [+|-|*|/] {m}", "what is the square root of {n}", "solve x + {n} = {m}", "is {n} a prime number", "convert {n} [miles|pounds|euros|degrees] to [kilometres|kilograms|dollars|celsius]",
    "translate {phrase} [to|into] [french|german|spanish|japanese|italian]", "how do you say {phrase} in [french|german|spanish|chinese]", "what does {word} mean", "how do you spell {word}", "write [an email|a letter|a message] to my {relation}", "what should i give my {relation} for [a birthday|christmas]", "my {relation} is [angry|sad|ill], what should i do",
    "who won the {event} [in {year}|]", "when is the next {event}", "what happened in {year}", "recommend [a book|a film|a song|a game|a restaurant|a hotel]", "what [film|book|music] do you like", "how do i learn [french|piano|to swim|guitar|chess|to dance]",
    "how [tall|old|far away|deep|heavy|hot] is [the moon|the sun|mount everest|the eiffel tower|the ocean|the earth|mars]", "why is the [sky blue|grass green|sea salty|moon round|sun hot]", "how do i [lose weight|sleep better|fix my car|tie a tie|make friends|get rich|repair a bicycle|clean a carpet|find a job|grow tomatoes]",
    "what time is it [in {place}|]", "what day is it [today|]", "what is today's date", "what is the news", "what is the price of [gold|oil|bitcoin|a house]", "should i buy [stocks|bitcoin|a house|a car]", "what is the meaning of life", "do you love me", "are you happy", "what is your favourite [colour|food|film|book|animal]", "can you [dance|sing|swim|fly|see|drive]",
    "summarize [the book|this article|hamlet|the bible]", "write a [novel|speech|cover letter|resume|business plan]", "do my homework", "what is love", "is there a god", "is there life on [mars|other planets]", "which came first, the chicken or the egg", "who is the [president|king|prime minister|chancellor] of {place}", "how many [bones|teeth|legs|hours|days] does [a person|a spider|a year|a week] have",
    "write [a compiler|an operating system|a web shop|a chess engine|a game] in [rust|c++|java|python|haskell]", "explain [recursion|pointers|monads|closures|inheritance|hashing] [in rust|in c++|in java|]", "what is the difference between {thing} and {thing2}", "best [laptop|phone|car|camera|bicycle] to buy", "asdf", "qwertz", "blah blah", "lorem ipsum", "foo bar baz", "xyz", "{word}", "{word} {word2}", "{thing}", "{animal}", "{place}",
]
# The same with everyday troubles and with words nobody knows.
OFF_TOPIC_MORE = [
    "how do i {verb} {object}", "how do i {verb} {object}", "can you {verb} {object}", "should i {verb} {object}", "my {object2} is [broken|gone|dying|dirty|too small|ill], what can i do", "help me {verb} {object}", "when should i {verb} {object}",
    "who [composed|painted|wrote|discovered|directed|sang|won|built] {made}", "how far is {place} from {place}", "how [tall|high|long|old|deep] is {made}", "what is {made}", "explain {made}", "what is a {made2}", "tell me about {made}", "where is {made}", "who is {made} {made}", "{made}", "{made} {made2}?", "how do i {made2} {object}",
    "what is the [best|oldest|biggest|cheapest|nearest] {object2}", "i [like|hate|want|need|lost|bought] {object}", "why are {animal}s [dangerous|cute|loud|small]", "what [colour|size|shape] is {object}", "give me [five|three|ten] [tips|ideas] for {object}", "write [a text|a review|an advert] for {object}",
]
WORDS = {
    "place": "France Germany Japan Brazil Canada Egypt India Kenya Norway Spain Paris London Berlin Tokyo Rome Madrid Oslo Cairo Sydney Mexico Peru Chile Texas California Poland Sweden Italy Greece China Russia Turkey Iceland Vienna Zurich Lisbon Dublin Chicago Boston Moscow Delhi Seoul Bangkok Ghana Vietnam Finland Denmark Ukraine Portugal Austria Argentina".split(),
    "person": "Napoleon|Einstein|Shakespeare|Mozart|Cleopatra|Newton|Darwin|Marie Curie|Beethoven|Picasso|Julius Caesar|Abraham Lincoln|Gandhi|Leonardo da Vinci|Taylor Swift|Elon Musk|Isaac Asimov|Ada Lovelace|Alan Turing|Homer|Plato|Obama|Messi|Ronaldo|Bach|Galileo|Columbus|Churchill|Mandela|Elvis".split("|"),
    "thing": "gravity|a black hole|photosynthesis|democracy|electricity|the internet|a telescope|music|football|climate change|evolution|philosophy|the moon|a volcano|blockchain|bitcoin|a guitar|chess|the stock market|a bicycle|history|mathematics|physics|a car|an aeroplane|love|the Roman Empire|a piano|a vaccine|inflation|yoga|the brain|DNA|an atom|quantum mechanics|a rainbow|gold|the French Revolution|a battery|a virus|a rocket|relativity|kubernetes|docker|react|tennis|a house|art|cheese|coffee|tea|wine|the ocean|a tree".split("|"),
    "food": "pizza|soup|bread|pasta|a cake|rice|pancakes|a curry|salad|sushi|an omelette|chicken|lasagne|cookies|fish|potatoes|dumplings|tacos|a stew|chocolate".split("|"),
    "animal": "cat dog horse lion tiger elephant whale shark eagle penguin rabbit mouse snake frog bear wolf cow pig sheep goat dolphin owl spider bee ant turtle camel zebra giraffe monkey".split(),
    "phrase": "hello|good morning|thank you|I love you|where is the station|goodbye|the cat sleeps|water|one beer please|my friend".split("|"),
    "word": "serendipity banana ephemeral sonder entropy table umbrella window mountain winter purple rhythm elephantine garden pencil holiday tomorrow candle silver thunder".split(),
    "relation": "boss mother father brother sister friend teacher wife husband neighbour grandmother landlord".split(),
    "verb": "paint clean repair wash fold cut sell grow feed draw carry move build open peel plant polish wrap sew dry cook buy store measure decorate renovate sharpen dye water hang lift bury hide rent insure photograph ride teach".split(),
    "object": "the kitchen|my garden|a shirt|the roof|my shoes|a carpet|the window|a pumpkin|tomatoes|my hair|the cat|a letter|a boat|the fence|my bathroom|a hedge|a tent|a suitcase|the sofa|roses|a knife|my room|a violin|the baby|a snowman|my phone|a wedding dress|the floor|a motorbike|an old clock|a fish tank|the dishes|a birthday present|my holiday|a sandwich|the attic".split("|"),
    "object2": "garden car dog plant phone house kitchen bicycle tooth knee sofa watch laptop cat oven fridge tree shirt hotel restaurant museum beach school hospital camera".split(),
    "event": "world cup|Olympics|super bowl|election|Eurovision|world series|Tour de France|Oscars".split("|"),
}

# (question, tool name, arguments, tool result, final answer); {x} is replaced by one of the values.
TOOLS = [
    ("get_weather", "Get the weather of a city", "city", ["what is the weather in {x}", "weather in {x}", "how is the weather in {x}", "is it raining in {x}"], "place", "Sunny, 21 degrees", "The weather in {x}: Sunny, 21 degrees."),
    ("get_time", "Get the time in a city", "city", ["what time is it in {x}", "time in {x}", "tell me the time in {x}"], "place", "14:30", "It is 14:30 in {x}."),
    ("search", "Search the web", "query", ["search for {x}", "find pages about {x}", "look up {x}"], "thing", "3 pages found", "I searched for {x}: 3 pages found."),
    ("calculator", "Calculate an expression", "expression", ["calculate {x}", "what is {x}", "compute {x}"], "sum", "42", "The result of {x} is 42."),
]
