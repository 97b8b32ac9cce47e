"""Code: short answers in chat, raw documents, and fill-in-the-middle."""
from __future__ import annotations


def fenced(language: str, text: str) -> str:
    """A Markdown code block."""
    return f"```{language}\n{text}\n```"


# (patterns, language, code)
SNIPPETS: list[tuple[list[str], str, str]] = [
    (["hello world in python", "python hello world"], "python", 'print("Hello, world!")'),
    (["hello world in [javascript|js|node]", "javascript hello world"], "js", "console.log('Hello, world!');"),
    (["hello world in [typescript|ts]", "typescript hello world"], "ts", "const greeting: string = 'Hello, world!';\nconsole.log(greeting);"),
    (["hello world in [go|golang]", "go hello world"], "go", 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println("Hello, world!")\n}'),
    (["hello world in [bash|shell]", "bash hello world"], "sh", 'echo "Hello, world!"'),
    (["[fibonacci|a fibonacci function|the fibonacci numbers] in python", "fibonacci", "python fibonacci"], "python", "def fibonacci(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a"),
    (["[fibonacci|a fibonacci function] in [javascript|js|typescript]"], "js", "function fibonacci(n) {\n  let [a, b] = [0, 1];\n  for (let i = 0; i < n; i += 1) [a, b] = [b, a + b];\n  return a;\n}"),
    (["[reverse|to reverse] a string in python", "python reverse string", "a function that reverses a string"], "python", "def reverse(text):\n    return text[::-1]"),
    (["[reverse|to reverse] a string in [javascript|js|typescript]"], "js", "function reverse(text) {\n  return [...text].reverse().join('');\n}"),
    (["[read|to read] a file in python", "python read file"], "python", 'with open("file.txt", encoding="utf-8") as file:\n    text = file.read()'),
    (["[read|to read] a file in [node|javascript|js|typescript]"], "js", "import { readFile } from 'node:fs/promises';\n\nconst text = await readFile('file.txt', 'utf8');"),
    (["a for loop in python", "python for loop", "for loop"], "python", "for i in range(10):\n    print(i)"),
    (["a for loop in [javascript|js|typescript]", "javascript for loop"], "js", "for (let i = 0; i < 10; i += 1) {\n  console.log(i);\n}"),
    (["a for loop in [bash|shell]", "bash for loop"], "sh", 'for i in 1 2 3; do\n  echo "$i"\ndone'),
    (["a for loop in go", "go for loop"], "go", "for i := 0; i < 10; i++ {\n\tfmt.Println(i)\n}"),
    (["an sql select", "an sql query", "sql select", "a select statement"], "sql", "SELECT id, name FROM users WHERE active = TRUE ORDER BY name;"),
    (["a function that adds two numbers", "an add function in python", "python add function", "add two numbers in python"], "python", "def add(a, b):\n    return a + b"),
    (["an add function in [javascript|js|typescript]", "add two numbers in javascript"], "js", "function add(a, b) {\n  return a + b;\n}"),
    (["[factorial|a factorial function] [in python|]"], "python", "def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)"),
    (["[sort|to sort] a list in python", "python sort list"], "python", "numbers = [3, 1, 2]\nnumbers.sort()\nprint(numbers)"),
    (["a class in python", "python class example"], "python", "class Animal:\n    def __init__(self, name):\n        self.name = name\n\n    def speak(self):\n        return f\"{self.name} makes a sound\""),
    (["a http server in [node|javascript|js]"], "js", "import { createServer } from 'node:http';\n\ncreateServer((request, response) => {\n  response.end('Hello');\n}).listen(3000);"),
]
ASK_CODE = ["{q}", "write {q}", "show me {q}", "give me {q}", "how do i write {q}", "write code for {q}", "code for {q}", "can you write {q}", "i need {q}", "example of {q}"]

# (language, whole text with the body after \0 up to \1): {f} {a} {b} are replaced by names.
FUNCTIONS: list[tuple[str, str]] = [
    ("py", "def {f}({a}, {b}):\n    \0return {a} OP {b}\1\n\n{call}"),
    ("py", "def {f}({a}, {b}):\n    \0return {a} OP {b}\1\n"),
    ("js", "function {f}({a}, {b}) {\n  \0return {a} OP {b};\1\n}\n\n{call}"),
    ("js", "const {f} = ({a}, {b}) => \0{a} OP {b};\1\n\n{call}"),
    ("ts", "export function {f}({a}: number, {b}: number): number {\n  \0return {a} OP {b};\1\n}\n"),
    ("go", "func {f}({a}, {b} int) int {\n\t\0return {a} OP {b}\1\n}\n"),
]
OPERATIONS = {"+": ["add", "sum", "plus", "add_numbers", "sum_two"], "-": ["subtract", "minus", "difference", "sub"], "*": ["multiply", "times", "product", "mul"], "/": ["divide", "quotient", "div"]}
ARGUMENTS = [("a", "b"), ("x", "y"), ("left", "right"), ("first", "second"), ("m", "n")]

BODIES: list[str] = [
    "def fibonacci(n):\n    \0a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a\1\n",
    "def factorial(n):\n    \0return 1 if n < 2 else n * factorial(n - 1)\1\n",
    "def reverse(text):\n    \0return text[::-1]\1\n",
    "def is_even(n):\n    \0return n % 2 == 0\1\n",
    "def is_odd(n):\n    \0return n % 2 == 1\1\n",
    "def square(x):\n    \0return x * x\1\n",
    "def greet(name):\n    \0print(f\"Hello, {name}!\")\1\n",
    "def read_file(path):\n    \0with open(path, encoding=\"utf-8\") as file:\n        return file.read()\1\n",
    "def average(numbers):\n    \0return sum(numbers) / len(numbers)\1\n",
    "def largest(numbers):\n    \0return max(numbers)\1\n",
    "for i in range(10):\n    \0print(i)\1\n",
    "import json\n\n\ndef load(path):\n    \0with open(path) as file:\n        return json.load(file)\1\n",
    "class Stack:\n    def __init__(self):\n        self.items = []\n\n    def push(self, item):\n        \0self.items.append(item)\1\n\n    def pop(self):\n        return self.items.pop()\n",
    "class Counter:\n    def __init__(self):\n        \0self.count = 0\1\n\n    def increment(self):\n        self.count += 1\n",
    "if __name__ == \"__main__\":\n    \0main()\1\n",
    "function isEven(n) {\n  \0return n % 2 === 0;\1\n}\n",
    "function square(x) {\n  \0return x * x;\1\n}\n",
    "function greet(name) {\n  \0console.log(`Hello, ${name}!`);\1\n}\n",
    "for (let i = 0; i < 10; i += 1) {\n  \0console.log(i);\1\n}\n",
    "const squares = numbers.map((n) => \0n * n\1);\n",
    "const even = numbers.filter((n) => \0n % 2 === 0\1);\n",
    "async function load(url) {\n  \0const response = await fetch(url);\n  return response.json();\1\n}\n",
    "export class UserService {\n  constructor(private readonly users: UserRepository) {}\n\n  find(id: string): Promise<User> {\n    \0return this.users.find(id);\1\n  }\n}\n",
    "func main() {\n\t\0fmt.Println(\"Hello, world!\")\1\n}\n",
    "SELECT id, name FROM users \0WHERE active = TRUE\1 ORDER BY name;\n",
    "SELECT COUNT(*) \0FROM users\1 WHERE active = TRUE;\n",
    "import os\n\nprint(\0os.getcwd()\1)\n",
    "numbers = [1, 2, 3]\nfor number in numbers:\n    \0print(number)\1\n",
    "#!/bin/sh\nset -e\n\necho \0\"Hello, world!\"\1\n",
    "def max_of(a, b):\n    \0return a if a > b else b\1\n",
    "def count_words(text):\n    \0return len(text.split())\1\n",
]
