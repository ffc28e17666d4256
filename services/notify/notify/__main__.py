from notify.main import main

main()
