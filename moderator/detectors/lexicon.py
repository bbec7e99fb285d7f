"""Plain word tables that several detectors look into, all folded to lower case. Written by hand; no data set stands behind.

Words go here, never weights: how much a word counts is said where it is read.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """A table of words, written as they come."""
    return frozenset(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """A table of phrases, with commas between."""
    return tuple(" ".join(one.split()) for one in text.split(",") if one.strip())


TITLES = words(
    """mr mrs miss ms mx dr doctor sir madam prof professor coach rev reverend father sister brother vicar bishop
    councillor cllr mayor lord lady dame king queen prince princess saint st san santa captain sergeant sgt pc
    major colonel general president senor senora chef officer inspector nurse
    prophet prophets surah sura hazrat hazrath nabi imam sayyidna maulana mufti guru swami rabbi pastor pope apostle
    disciple archangel pharaoh caliph emperor empress"""
)
"""Stand before the name of a grown-up, a saint, a prophet or a ruler."""

GROWN_UPS = words(
    """auntie aunty aunt uncle nan nana nanny nanna nain taid gran granny grandma grandad grandpa gramps grandfather
    grandmother mum mam mummy mammy dad daddy tad papa mama opa oma babcia ciocia headteacher head teacher
    caretaker cook husband wife hubby missus boss plumber driver big landlord"""
)
"""Before a name they say that it is a grown-up's; after a possessive they say that it is a child's ("Nye's mum")."""

CHILD_KIN = words(
    """son daughter nephew niece grandson granddaughter grandchild godson goddaughter stepson stepdaughter brother
    sister cousin boy girl lad lass kid child baby bairn wean bestie twin twins little eldest youngest oldest"""
)

LINKS = words("and n plus with then amp")
"""Stand between the names of a list."""

PARENTS = (
    "mum|mam|mom|mummy|mammy|dad|daddy|nan|nana|nanna|nanny|gran|granny|grandma|grandad|grandpa|auntie|aunty|uncle|parents?|papa|"
    "mama|tata|step\\s?(?:mum|dad)|sis|bro|nain|taid|mamgu|tadcu|babcia|dziadek|bunica|hooyo|aabo|nani|dadi|ammi|abbu"
)

WORD_NAMES = words(
    """iona arran paisley harris cat mouse maris ace al alley ally amber an ana angel april archer art ash asia
    august autumn baker basil bay bear beauty bee bill birdie blessing bliss blossom blue bo bridge bright brook
    buddy bunny carol case charity chase chelsea cherry chester china christian clay clementine cliff clover coco
    constance cook cookie crimson crystal curry daisy dale dash dawn day dean dear des destiny dev dom don dot
    dove drew duke dusty earl ebony eden eve faith faithful favour fern fin flint flora florence ford forest fox
    frank gale gem gene genesis georgia ginger grace grant guy happy harmony hazel heath heather hill holly honey
    honor honour hope hunter india iris ivory ivy jacks jade jazz jean jesus jet jo jordan joy june junior ken
    kent king kit kitty la lamb lane laurel leaf lily lincoln linden lovely luna major mark marsh max may melody
    mercy merry messiah mike miles misty mo moss myrtle nick noble north nova oak ocean olive opal page paris
    park parker pat patience peace pearl penny petal phoenix pip poppy precious pride prince princess rain raven
    ray reed reef rich river rob robin rocky rod rose rosemary royal ruby rusty sage sandy savannah serenity si
    skip sky skye sol star stone storm stormy sue summer sunny sweet tally teal teddy tiger treasure trinity ty
    van verity victor violet wade west will willow wilson winter wolf woods woody worth wren young
    goodness miracle praise sultan

    alaw awel bryn cariad celyn eira eirlys elain enfys eos glyn grug gwawr gwen gwyn haf haul hedd heulwen lili llew mai
    mali medi non rhosyn seren taran tirion wyn

    gaja iskra jagoda kalina kuba lila maja malina mikolaj nadzieja natka oliwka pola roma roza

    ani brad doina flori luminita steluta

    alam aman amaan asha ayat aayat bahar chand dua duaa eman gul hayat heera imaan iman islam jaan jannat khushi kiran
    muskaan muskan noor nur nuur raja rani roshni sahar shaan sitara umeed

    amal baraka eid habib jamil jamila janna jannah karim malak mubarak nour qamar rahma ramadan sabah said salaam salam
    shams warda

    barwaaqo dahab hibo nasib nasiib ubah ubax

    aanu ade ayo bola dara ewa ibukun ife imole ire iyanu ogo ope ore tobi wale"""
)
"""Names that are words as well, or too short to tell: English ones, then in this order those of everyday Welsh, Polish, Romanian,
Urdu, Arabic, Somali and Yoruba, without their accents."""

ADULT_NAMES = words(
    """adam alan alex andy angela ann anna anne anthony barbara becky ben bernadette beth bob brenda brian carl
    carol caroline cath catherine charles chris christine claire clare colin craig dan daniel danny darren dave
    david debbie deborah denise derek diane donna doreen dorothy doug eileen elaine elizabeth emma eric fiona
    frances gareth gary gavin gemma geoff george gill gillian gordon graham greg hannah harry hayley heather
    helen howard hugh ian jackie james jane janet jason jean jen jennifer jenny jeremy jill jim joan joanne john
    jon jonathan joseph joyce judith judy julia julie karen kate katherine kathleen katie kath keith kelly ken
    kerry kevin kim laura lauren leanne lesley linda lindsay liz lisa lorraine louise lucy lynn lynne malcolm
    maggie mandy margaret maria marie marion martin mary matt matthew maureen mel melanie michael michelle mick
    mike natalie neil nicola nigel norma norman pam pamela patricia patrick paul paula pauline pete peter phil
    philip phillip rachel ray rebecca richard rita robert roger ron ronnie ross roy ruth sally sam samantha
    sandra sara sarah shaun sharon sheila shirley simon sophie stacey stella steph stephanie stephen steve steven
    stuart susan suzanne sylvia terry thomas tim tina tony tracey tracy trevor trish vera vicky victoria vincent
    wayne wendy yvonne zoe jo joe"""
)
"""Names that grown-ups on the page often bear, so that by themselves they do not tell of a child."""

CHILD_NAMES = words(
    """aaliyah aaron abbie abigail adam adele ahmed aidan aisha albert albie alexander alexa alexandra alexis alfie
    alfred ali alice amara amelia amelie amina amir amy anaya andrei anya arabella archie aria ariana arlo arthur
    arya aurora ava ayaan ayla ayesha beatrice bella benjamin bethany blake bobby bodhi bonnie brooke caleb
    callum cameron charlie charlotte chloe cody connor cora daisy daniel darcey david dexter dylan edward eleanor
    elijah eliza elizabeth ella ellie elliot elliott ellis eloise elsie emilia emily emma erin esme ethan eva
    evan evelyn evie ezra farah fatima felix finlay finley finn florence frankie freddie frederick freya gabriel
    genevieve george georgia georgie gethin grace gracie hannah harley harper harriet harrison harry harvey
    hassan heidi henry holly hudson hugo hunter ibrahim imogen iqra iris isaac isabel isabella isabelle isla
    ismail ivy jack jackson jacob jaden jake jakub james jamie jasmine jasper jax jayden jenson jessica jesse
    joel joseph josh joshua josie jude julia kacper kai kayden kayla keira khadija kian kiera kobe lacey layla
    leah leo leon levi lewis lexi liam lillie lily lilly lola logan louie louis lottie luca lucas lucy luke luna
    lyla maddison maisie maja malachi maria marley martha maryam mason matilda matthew max maya mateusz megan mia
    michael mila millie miriam mohammad mohammed molly muhammad musa myla nancy nathan nathaniel niamh noah nora
    oakley olive oliver olivia ollie omar orla oscar otis otto owen pablo penelope phoebe poppy ptolemy quinn
    rafael ralph ralphie reggie reuben rex rhys riley robert robin robyn roman ronnie rory rosa rosie rowan ruben
    ruby rufus ryan saffron samuel samson sara sebastian seren seth sienna skyla sofia sonny sophia sophie
    stanley summer tabitha teddy thea theo theodore thomas tilly tobias toby tommy tyler una vera victoria
    vincent violet wilfred william willow yasmin yusuf zachary zac zack zain zainab zara zofia zoya zuzanna aoife
    saoirse cian eoghan tadhg rhiannon cerys ffion carys ioan dafydd gwen nia osian oluwaseun temitope adaeze
    chidi kwame ama abdullah bilal hamza idris yahya junaid hafsa safa sumaya zahra aleena arjun aarav anika diya
    priya rohan veer mei xinyi junjie jiayi antoni oliwia filip szymon wiktor lena hanna aleksander andreea
    stefan mihai ioana denisa sorin"""
)
"""First names that children in Britain often bear; a small help where a name is not on the roll."""

NEAR_NAMES = words(
    """able achieve aching actor aerial after agent aisle alarm alarms albeit album albums alder alert alerts
    alfresco alike alive alley allied allow allows almost alone along alpha already always amazed amazing amble
    amelias ameliorate among amount angel angels anger another apple apply arcade arch arches archive armed arrow
    asking award aware away back baking barley barrow basic basket batch bath baths beans began bellied bellies
    belly berry better bigger billions bitter black blank blanket body bogies bonny booby boogie bookie bookies
    borrow both bother brace brother brothers bumped bunny butter cable caddy callus candy caper captain caption
    captions cared career carer carers cares caress caring carry carton cartons casket castle cathy certain chafe
    change chaos charge charlies chart charter chase chased chilly clean clear clever clover collie column cookie
    cosier cosy cotton count counter country county court cover curry curtain daddies daddy daily dairies dairy
    daises daisies danger dark darker dean deans decade decibel diver doctor dollar driver drivers drummer early
    earth easter edible edict edited editor educate eighth either elder elders eleven elfie elite ellies else
    elves ending ether ethnic even evens event ever every evict fable facade face facial factor fairly false
    family faster father fellow ferry fight finale finally finding finely finished firmly flower focus follow
    folly fourth frank franks freddy freed fried friend friends frilly funny gable genes glamour golf gorgeous
    gory graces grade grape grass grave great green hairdo hairy hammer hamper handing handy hanger happy hardy
    hark harks harold harrow harsh harvest hasty havent having heaven hector height hello helper herald heroes
    heron hobby hollow holy homily honey hummer hunter hunters hurry impulse island isles isolate jacket jackets
    jacks jean jeans jellies jelly jokes joking jolly jumped jumper label labels lace ladder ladies lady laid
    lair landing lands larks lately later latter layer layers lead leads leaf lean lear learn learned lease
    leased least leave leaves leaving lego legs lending letter level liar light likely lime limp line lines lion
    lions litter lively loan lobby login logo logos lolly look looks loose lose louder loved lovely lover lovers
    loves lower loyal luck lucky lyrics magic magical maintain making manger manly marble march marching marital
    marked marker market marks married marry martial mascot masks masons master match maths matt matter mattered
    maybe means medical medium mega merry might mild miles milk milling million mills mils mining minute minutes
    missile mister money monkey month months moon moose moray more mother moths mount mountain mouse mouth mower
    music musical myth narrow nasty neither night nights noah noble noisy north nosey nosh noted notes novel
    ocean older olives orange organ organs oscar oscars other others oven ovens over pace paddy paper papers
    parker parks parry parts party pastel pasty path paths pennies penny peony pester peter petty pewter phone
    phoned phony phrase pillow pillows place planet planets player players polly polo pony poppies postal poster
    power prayer prayers pretty prone pulse puppies puppy quack quick quiet quirk quite race races racial raised
    raisin rallied rally ramble range ranger rather ready really reggae right river rivers robbed robbin robins
    robot robots rookie roses rosy royal rubbed rubs rude rugby samosas samples sandy scar scared scarf scary
    scholl school score scored scores search self selfie selfies sending seven several shelf shelves sight signs
    silly silver simile simmer simply singer sings sister sisters skating slogan smile smiled smiles smiley
    social sofas softie sold songs sorrow sorry sorted south space sparks special sported spotted stable standing
    started stony store stored storey stories story strong sugar summary summers sunny super supply swallow table
    tables tackle taking taper tasty teddies teddy than thank thanks theatre thee their them theme then theory
    there these thing things think this those three throne tidy tiger tigers tight timer timers tiny together
    tomorrow toms tower trace tractor travel trolley valley vegan veggie veggies very vilest village villas
    volley wally watch wedgie weight while whisper white whole willing willows willy wolf woollen worry woven
    write wrong wrote yellow

    adriana alana carla daniela diana erica gabriela ivana juliana karla leona louisa roberta"""
)
"""Common words, and women's names, that lie one slip from a child's name."""

FAMOUS = (
    "harry potter",
    "mary poppins",
    "charlie and the chocolate",
    "charlie brown",
    "charlie bucket",
    "charlie chaplin",
    "noahs ark",
    "noah s ark",
    "james and the giant",
    "james bond",
    "alice in wonderland",
    "oliver twist",
    "peter pan",
    "peter rabbit",
    "jack and the beanstalk",
    "jack frost",
    "jack black",
    "jack in the box",
    "jack of all",
    "jack the",
    "every man jack",
    "thomas the tank",
    "billie eilish",
    "taylor swift",
    "mo salah",
    "mo farah",
    "harry kane",
    "harry styles",
    "jack grealish",
    "jude bellingham",
    "lewis hamilton",
    "max verstappen",
    "david attenborough",
    "david walliams",
    "david beckham",
    "roald dahl",
    "julia donaldson",
    "michael rosen",
    "michael jackson",
    "michael morpurgo",
    "jacqueline wilson",
    "isaac newton",
    "albert einstein",
    "charles darwin",
    "florence nightingale",
    "florence and the machine",
    "rosa parks",
    "rosalind franklin",
    "mary anning",
    "anne frank",
    "amelia earhart",
    "henry viii",
    "william shakespeare",
    "george orwell",
    "george ezra",
    "emily bronte",
    "charlotte bronte",
    "jane austen",
    "elton john",
    "adele s",
    "freddie mercury",
    "john lewis",
    "ruby wax",
    "jack wills",
    "archie andrews",
    "reggie perrin",
    "ivy league",
    "poppy appeal",
    "life of riley",
    "happy as larry",
    "bob the builder",
    "sweet fanny adams",
    "lily of the valley",
    "rosie and jim",
    "adam and eve",
    "new years eve",
    "mother mary",
    "mary and joseph",
    "joseph and mary",
    "joseph and his",
    "virgin mary",
    "ant and dec",
    "ella fitzgerald",
    "oliver cromwell",
    "stanley cup",
    "stanley knife",
    "jacob s ladder",
    "jacobs crackers",
    "hugo boss",
    "oscar wilde",
    "matilda the musical",
    "annie the musical",
    "florence italy",
    "victoria sponge",
    "victoria station",
    "earl grey",
    "granny smith",
    "uncle sam",
    "uncle bob",
    "bobs your uncle",
    "bob s your uncle",
    *phrases(
        """martha and mary, mary and martha, mary magdalene, adam i ewa, adda ac efa, cain and abel, david and goliath,
        daniel in the lions, daniel and the lion, jonah and the whale, jonah and the big fish, samson and delilah,
        ruth and naomi, jacob and esau, abraham and isaac, noah and the ark, noah and his ark, joshua fit the, john
        the baptist, peter and paul, matthew mark luke, matthew mark luke and john, gospel of matthew, gospel of mark,
        gospel of luke, gospel of john, angel gabriel, archangel gabriel, archangel michael, doubting thomas, come
        emmanuel, mary s boy child, marys boy child, holly and the ivy, ave maria, mair a joseff, maria i jozef,
        kacper melchior, prophet muhammad, prophet mohammed, prophet mohammad, ramadan kareem, ramadan karim, michael
        row the boat,

        billy goat, billy goats, billy goats gruff, jack and jill, jack be nimble, jack sprat, jack horner, jack o
        lantern, georgie porgie, mary mary quite, mary had a little, tom thumb, tom tom the piper, wee willie winkie,
        polly put the kettle, bobby shafto, bobby shaftoe, simple simon, lucy locket, peter piper, peter and the wolf,
        molly malone, hansel and gretel, jas i malgosia, ala ma kota, pszczolka maja, kubus puchatek, sion corn, jac y
        do, jac codi baw, sali mali, fireman sam, sam tan, postman pat, guto ffowc, guto nyth bran, dewi sant, gwyl
        dewi, tom and jerry, tom sawyer, huckleberry finn, robin hood, christopher robin, winnie the pooh, horrid
        henry, tracy beaker, tom gates, dennis the menace, percy jackson, flat stanley, danny the champion of, tiny
        tim, romeo and juliet, bonnie and clyde, shaun the sheep, peppa and george, big ben, ben nevis,

        hey jude, sweet caroline, billie jean, come on eileen, eleanor rigby, lucy in the sky, barbara ann, johnny b
        goode, robert lewandowski, george michael, jamie oliver, ted baker, tom daley, ella toone, leah williamson,

        alfred the great, edward the confessor, william the conqueror, william of orange, richard the lionheart,
        richard iii, henry vii, henry the eighth, edward vii, george vi, charles iii, charles the third, elizabeth ii,
        mary queen of, anne boleyn, robert the bruce, bonnie prince charlie, guy fawkes, grace darling, owain glyndwr,
        owain glyn dwr, hywel dda, llywelyn fawr, llywelyn the great, llywelyn the last, dafydd ap, hedd wyn, twm sion
        cati, mari lwyd"""
    ),
)
"""Characters, sayings and public names that begin with a first name, as words."""

NOT_NAMES = words(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december christmas xmas easter eid diwali halloween god lord school primary
    academy infants juniors year team class reception nursery head heads headteacher office pta everyone
    everybody all both you kids children child boys girls lads lasses reds blues greens yellows red blue green
    yellow the a an and or but so well done good great amazing brilliant love loved proud congratulations
    congrats happy birthday thank thanks england english british britain scotland scottish wales welsh ireland
    irish london liverpool manchester leeds everton arsenal chelsea city united uk usa nhs ofsted sats phonics
    maths science english history reading book books sports day fair concert show play nativity assembly trip
    year6 mum mummy mam dad daddy nan nana nanny gran granny grandma grandad auntie aunty uncle i im ive it its
    he she they we us me my our your this that these those who what when where why how is are was were yes no not
    never always today tomorrow yesterday morning afternoon evening winners winner champions champion stars star
    staff teachers teacher governors governor council library club choir band facebook instagram youtube twitter
    tiktok whatsapp zoom google covid lockdown lady father jesus allah lol omg wow ok okay please sorry hi hello
    hey dear guys folks ladies gents mate pal babe hun son daughter little big baby boy girl bro sis family
    community village town street road lane church bbc itv netflix tesco asda aldi lidl world cup final match
    goal game team1 ks1 ks2 eyfs sen send ehcp gcse mr mrs miss ms dr sir st saint one two three four five six
    seven eight nine ten polish french german spanish italian chinese asian african american european romanian
    ukrainian turkish arabic latin roman greek viking tudor victorian egyptian somebody someone anyone anybody
    nobody covid19 swift era instagram insta app wifi ipad iphone xbox lego first second third last next again
    very just only even still here there now then"""
)
"""Words that stand capitalised where a name could stand."""

PLACE_WORDS = (
    r"(?:front|back|middle|second|third|top|bottom|end)\s(?:row|centre|center|left|right|of)|front\sand\s(?:centre|center)|"
    r"(?:on|at|in)\sthe\s(?:far\s)?(?:left|right|front|back|middle)|(?:on|at)\sthe\s(?:far\s)?end|from\s(?:the\s)?(?:left|right)|"
    r"next\sto|beside|behind|holding|far\s(?:left|right)|in\sthe\s(?:photo|picture|pic)|"
    r"in\sthe\s\w+\s(?:coat|hat|dress|shirt|top|jumper|boots|wellies|wings|goggles|glasses)"
)
"""Where somebody stands in a picture; "in the end" and "in the video" tell no place."""
