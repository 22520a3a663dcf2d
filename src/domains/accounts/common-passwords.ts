/** The passwords of eight characters and more that head every list of leaked ones. */
export const commonPasswords: ReadonlySet<string> = new Set(
  `12345678 123456789 1234567890 12345678910 123123123 987654321 87654321 0987654321 11223344 1q2w3e4r 1q2w3e4r5t
  1qaz2wsx 1qazxsw2 123qweasd 123abc456 12qwaszx a1b2c3d4 abc12345 abcd1234 abcdefgh abcdefg1 access14 adminadmin admin123
  administrator aa123456 asdasdasd asdfasdf asdfghjk asdfghjkl baseball baseball1 basketball butterfly changeme
  charlie1 chocolate computer computer1 corvette danielle dragon12 elephant einstein facebook football football1
  fuckyou1 garfield hello123 hellohello iloveyou iloveyou1 internet jennifer jonathan letmein1 letmein123 liverpool
  login123 lovelove manchester marlboro master123 maverick mercedes michael1 michelle midnight mustang1 mynoob123
  password password! password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword pa55word passpass
  pokemon1 princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsxedc qwer1234 qwerasdf qwerty12 qwerty123 qwerty1234
  qwertyui qwertyuiop qwe123qwe rosebud1 samantha samsung1 scorpion secret123 security sexy1234 shadow12 spiderman
  starwars steelers summer12 sunshine sunshine1 superman superman1 superstar target123 test1234 testtest
  trustno1 victoria welcome1 welcome123 whatever williams xboxlive yankees1 zaq12wsx zxcvbnm1 zxcvbnm123`.split(/\s+/),
);
